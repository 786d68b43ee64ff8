"""The SQL of the ledger's audit: what is booked, and what the events would have it be. It only reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from contracts.kernel import OrderId
from modules.payments.domain.account import NO_ACCOUNT, Account, evolve
from modules.payments.domain.ledger import Posting, postings, stored_value_postings
from modules.payments.domain.stored_value import Kind, StoredValue
from modules.payments.domain.stored_value import after as stored_after
from modules.payments.infra import books, stored_value, streams
from seamline.data import atomic, connection_for, current_transaction

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
_NEXT_STORED = "SELECT account FROM stored_value WHERE account > %s ORDER BY account LIMIT %s"
_ROWLESS = """
SELECT DISTINCT stream FROM event_log
WHERE (starts_with(stream, 'wallet:') OR starts_with(stream, 'gift_card:'))
  AND NOT EXISTS (SELECT FROM stored_value WHERE account = stream)
LIMIT 20
"""


@contextmanager
def one_moment() -> Iterator[None]:
    """Have all statements of the block see the database as it is now, whatever goes on meanwhile.

    :raises RuntimeError: a transaction is open already.
    """
    if current_transaction() is not None:
        raise RuntimeError("An audit needs a transaction of its own: start it outside of any.")
    with atomic("payments"):
        with connection_for("payments").cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


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
            _add(moved, postings(account, each.event))
            account = evolve(account, each.event)
        found[id] = account, _not_zero(moved)
    return found


def stored_values(*, page: int) -> Iterator[list[str]]:
    """The references of all wallets and gift cards, in pages."""
    found = [row[0] for row in _rows(_NEXT_STORED, ["", page])]
    while found:
        yield found
        found = [row[0] for row in _rows(_NEXT_STORED, [found[-1], page])]


def replayed_stored(accounts: Sequence[str]) -> dict[str, tuple[StoredValue, int, Balances]]:
    """By reference: the wallet or card as its events make it, how many they are, and what they move."""
    found = {}
    for kind, repository in ((Kind.WALLET, stored_value.wallets), (Kind.GIFT_CARD, stored_value.gift_cards)):
        ids = [account.partition(":")[2] for account in accounts if account.startswith(f"{kind}:")]
        for id, recorded in repository.histories(ids).items():
            moved: Balances = {}
            for each in recorded:
                _add(moved, stored_value_postings(each.event))
            state = stored_after(StoredValue(), *(each.event for each in recorded))
            found[repository.type.stream(id)] = state, len(recorded), _not_zero(moved)
    return found


def stored_rows(accounts: Sequence[str]) -> dict[str, stored_value.Shown]:
    """By reference: the wallet or card as its row shows it."""
    return stored_value.read(accounts)


def stored_without_row() -> list[str]:
    """Wallets and cards that have events and no row; 20 at most."""
    return [row[0] for row in _rows(_ROWLESS, [])]


def _add(moved: Balances, added: Iterator[Posting]) -> None:
    for posting in added:
        name = f"{posting.account} {posting.currency}"
        moved[name] = moved.get(name, Decimal(0)) + posting.amount


def _not_zero(moved: Balances) -> Balances:
    return {name: amount for name, amount in moved.items() if amount}


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
