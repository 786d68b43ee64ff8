"""Replay every payment and hold rows and ledger against it: what they say must follow from the events, to the penny."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from contracts.kernel import OrderId
from modules.payments.application import audit_stored_value
from modules.payments.infra import auditing, streams

PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAudit:
    """What was looked at, and what does not follow from the events."""

    payments: int
    entries: int
    total: Decimal
    """The sum over all accounts: zero."""
    findings: tuple[str, ...]


def audit_ledger() -> LedgerAudit:
    """Compare rows and the ledger's entries with the replay of all streams, as all of them were at one moment.

    :raises RuntimeError: a transaction is open already, which may have looked at an earlier one.
    """
    with auditing.one_moment():
        return _audited()


def _audited() -> LedgerAudit:
    payments, found = 0, list[str]()
    for page in auditing.payments(page=PAGE):
        payments += len(page)
        found += _differences(page)
    found += audit_stored_value.differences()
    total, entries = auditing.totals()
    if total:
        found.append(f"The ledger's accounts add up to {total}, not to zero.")
    found += [f"{entry} is booked for no event." for entry in auditing.entries_without_event()]
    return LedgerAudit(payments=payments, entries=entries, total=total, findings=tuple(found))


def findings() -> tuple[str, ...]:
    """What does not follow from the events, for ``manage.py ledger verify``."""
    return audit_ledger().findings


def _differences(order_ids: list[OrderId]) -> Iterator[str]:
    rows, replayed = auditing.rows(order_ids), auditing.replayed(order_ids)
    booked = auditing.booked([streams.PAYMENT.stream(order_id) for order_id in order_ids])
    for order_id in map(str, order_ids):
        if order_id not in replayed:
            yield f"The payment {order_id} has a row and no events."
            continue
        account, due = replayed[order_id]
        if account != rows[order_id]:
            yield f"The row of the payment {order_id} is not what its events make it."
        found = booked.get(streams.PAYMENT.stream(order_id), {})
        if found != due:
            yield f"The ledger's entries of the payment {order_id} add up to {found}, its events move {due}."
