"""The SQL of the ledger's audit: what is booked, and what the events of payments would have it be. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from contracts.kernel import OrderId
from modules.payments.domain.account import NO_ACCOUNT, Account, evolve
from modules.payments.domain.ledger import postings
from modules.payments.infra import books, streams
from seamline.data import connection_for

Balances = dict[str, Decimal]

_NEXT = "SELECT order_id FROM payment WHERE order_id > %s ORDER BY order_id LIMIT %s"
_FIRST = "SELECT order_id FROM payment ORDER BY order_id LIMIT %s"
_BOOKED = """
SELECT stream, account || ' ' || currency, sum(amount) FROM ledger_entry
WHERE stream = ANY(%s) GROUP BY 1, 2 HAVING sum(amount) <> 0
"""
_TOTALS = "SELECT coalesce(sum(amount), 0), count(*) FROM ledger_entry"
_STRAYS = """
SELECT DISTINCT stream || ' version ' || version FROM ledger_entry AS entry
WHERE NOT EXISTS (SELECT FROM event_log WHERE event_log.stream = entry.stream AND event_log.version = entry.version)
LIMIT 20
"""


def payments(*, page: int) -> Iterator[list[OrderId]]:
    """The orders of all payments, in pages."""
    found = [row[0] for row in _rows(_FIRST, [page])]
    while found:
        yield found
        found = [row[0] for row in _rows(_NEXT, [found[-1], page])]


def replayed(order_ids: Sequence[OrderId]) -> dict[str, tuple[Account, Balances]]:
    """By order: the payment as its events make it, and what they move by account and currency."""
    found = {}
    for id, recorded in streams.payments.histories([str(order_id) for order_id in order_ids]).items():
        account, moved = NO_ACCOUNT, dict[str, Decimal]()
        for each in recorded:
            for posting in postings(account, each.event):
                name = f"{posting.account} {posting.currency}"
                moved[name] = moved.get(name, Decimal(0)) + posting.amount
            account = evolve(account, each.event)
        found[id] = account, {name: amount for name, amount in moved.items() if amount}
    return found


def booked(names: Sequence[str]) -> dict[str, Balances]:
    """By stream: what is booked for it, by account and currency."""
    found: dict[str, Balances] = {}
    for stream, account, amount in _rows(_BOOKED, [list(names)]):
        found.setdefault(stream, {})[account] = amount
    return found


def totals() -> tuple[Decimal, int]:
    """The sum of all entries, and their number."""
    ((total, entries),) = _rows(_TOTALS, [])
    return total, entries


def entries_without_event() -> list[str]:
    """Streams and versions for which something is booked and nothing happened; 20 at most."""
    return [row[0] for row in _rows(_STRAYS, [])]


def rows(order_ids: Sequence[OrderId]) -> dict[str, Account]:
    """By order: the payment as its row shows it."""
    return {str(account.order_id): account for account in books.read(order_ids)}


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection_for("payments").cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
