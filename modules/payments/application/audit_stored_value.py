"""Replay every wallet and gift card and hold rows and ledger against it, as ``audit_ledger`` does with payments."""

from __future__ import annotations

from collections.abc import Iterator

from modules.payments.domain.stored_value import StoredValue
from modules.payments.infra import auditing
from modules.payments.infra.stored_value import Shown

PAGE = 200


def differences() -> Iterator[str]:
    """What of wallets and gift cards does not follow from their events."""
    for page in auditing.stored_values(page=PAGE):
        yield from _of_page(page)
    for account in auditing.stored_without_row():
        yield f"{account} has events and no row."


def _of_page(accounts: list[str]) -> Iterator[str]:
    rows, replayed = auditing.stored_rows(accounts), auditing.replayed_stored(accounts)
    booked = auditing.booked(accounts)
    for account in accounts:
        if account not in replayed:
            yield f"{account} has a row and no events."
            continue
        state, version, due = replayed[account]
        if rows[account] != _shown(state, version):
            yield f"The row of {account} is not what its events make it."
        found = booked.get(account, {})
        if found != due:
            yield f"The ledger's entries of {account} add up to {found}, its events move {due}."
        if due.get(f"{account} {state.currency}", 0) != -state.balance:
            yield f"The ledger's account {account} is not the {state.balance} that its events say is owed."


def _shown(state: StoredValue, version: int) -> Shown:
    return Shown(
        account=state.account,
        currency=state.currency,
        balance=state.balance,
        held=state.held,
        is_blocked=state.is_blocked,
        version=version,
    )
