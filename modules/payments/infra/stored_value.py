"""Wallets and gift cards as streams of events, with their rows and the ledger's entries in the same commit.

The row of an account is its lock: whoever changes it waits for whoever does so already. Rules are in ``domain/``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone

from contracts.kernel import Money
from modules.payments.domain.ledger import Entry, stored_value_postings
from modules.payments.domain.stored_value import Kind, StoredValue, evolve
from modules.payments.domain.stored_value_events import (
    FundsHeld,
    FundsReturned,
    GiftCardBlocked,
    GiftCardIssued,
    HoldCaptured,
    HoldReleased,
    RequestRefused,
    WalletOpened,
    WalletToppedUp,
)
from modules.payments.infra.ledger import BOOK, columns
from seamline.contract import Event
from seamline.data import atomic, connection_for
from seamline.eventsourcing import Aggregate, AggregateType, Personal, Repository

_SPENDING: tuple[type[Event], ...] = (FundsHeld, HoldCaptured, HoldReleased, FundsReturned, RequestRefused)
WALLET = AggregateType(
    module="payments",
    name=Kind.WALLET.value,
    events=(WalletOpened, WalletToppedUp, *_SPENDING),
    state=StoredValue,
    initial=StoredValue,
    evolve=evolve,
    snapshot_every=50,
    permission="payments.view_storedvaluerow",
)
GIFT_CARD = AggregateType(
    module="payments",
    name=Kind.GIFT_CARD.value,
    events=(GiftCardIssued, GiftCardBlocked, *_SPENDING),
    state=StoredValue,
    initial=StoredValue,
    evolve=evolve,
    snapshot_every=50,
    permission="payments.view_storedvaluerow",
    hidden=("code_hash",),
    personal={GiftCardIssued: Personal(subject="card_id", fields=("recipient", "message"))},
)
wallets = Repository(WALLET)
gift_cards = Repository(GIFT_CARD)

_OPEN = """
INSERT INTO stored_value (account, currency, balance, held, is_blocked, version, created_at, updated_at)
VALUES (%(account)s, %(currency)s, 0, 0, false, 0, %(now)s, %(now)s) ON CONFLICT (account) DO NOTHING
"""
_LOCK = "SELECT version FROM stored_value WHERE account = %s FOR NO KEY UPDATE"
_READ = "SELECT account, currency, balance, held, is_blocked, version FROM stored_value WHERE account = ANY(%s)"
_SAVE = f"""
WITH booked AS ({BOOK})
UPDATE stored_value SET balance = %(balance)s, held = %(held)s, is_blocked = %(is_blocked)s, version = %(version)s,
    updated_at = %(now)s
WHERE account = %(account)s
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """An account as its row shows it."""

    account: str
    currency: str
    balance: Decimal
    held: Decimal
    is_blocked: bool
    version: int

    @property
    def owed(self) -> Money:
        """What the shop owes."""
        return Money(amount=self.balance, currency=self.currency)

    @property
    def available(self) -> Money:
        """What of it can be spent now."""
        return Money(amount=self.balance - self.held, currency=self.currency)


def repository_of(account: str) -> tuple[Repository[StoredValue], str]:
    """The repository of an account and its id there, by its reference, which is also its stream's name."""
    kind, _, id = account.partition(":")
    return (wallets if kind == Kind.WALLET else gift_cards), id


def open_account(account: str, *, currency: str) -> None:
    """Make the row of an account, where there is none; its first event has to follow in the same transaction."""
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_OPEN, {"account": account, "currency": currency, "now": timezone.now()})


def change(account: str, decide: Callable[[StoredValue], Sequence[Event]]) -> StoredValue | None:
    """Lock an account, decide, and write what follows: events, ledger and row are one commit.

    :param decide: the events that follow from a state; it raises to refuse.
    :returns: the state then; None where there is no such account.
    """
    with atomic("payments"):
        if not _rows(_LOCK, [account]):
            return None
        repository, id = repository_of(account)
        found = repository.find(id)
        events = decide(found.state)
        if not events:
            return found.state
        saved = repository.save(found, *events)
        _save(account, saved, _entries(account, found, events, saved))
        return saved.state


def read(accounts: Sequence[str]) -> dict[str, Shown]:
    """The rows of these accounts; those that do not exist are left out."""
    return {
        account: Shown(
            account=account, currency=currency, balance=balance, held=held, is_blocked=is_blocked, version=version
        )
        for account, currency, balance, held, is_blocked, version in _rows(_READ, [list(accounts)])
    }


def _entries(
    account: str, before: Aggregate[StoredValue], events: Sequence[Event], after: Aggregate[StoredValue]
) -> list[Entry]:
    return [
        Entry(stream=account, version=version, key=after.id, posting=posting, at=after.at)
        for version, event in enumerate(events, start=before.version + 1)
        for posting in stored_value_postings(event)
    ]


def _save(account: str, saved: Aggregate[StoredValue], entries: Sequence[Entry]) -> None:
    state = saved.state
    parameters: dict[str, Any] = columns(entries) | {
        "account": account,
        "balance": state.balance,
        "held": state.held,
        "is_blocked": state.is_blocked,
        "version": saved.version,
        "now": saved.at,
    }
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_SAVE, parameters)


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection_for("payments").cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
