"""A purse: a small aggregate of the sample shop, with an owner whose name is personal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from seamline.contract import Event
from seamline.events.tests.sample import SHOP
from seamline.eventsourcing import AggregateType, Personal, Repository


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Event, name="sample_shop.purse_opened", key="purse"):
    purse: str
    owner: str
    owner_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled(Event, name="sample_shop.purse_filled", key="purse"):
    purse: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Emptied(Event, name="sample_shop.purse_emptied", key="purse"):
    purse: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Purse:
    """What is in it."""

    balance: Decimal = Decimal(0)
    moves: int = 0


class PurseEmpty(Exception):
    """Less is in it than was wanted."""


def evolve(state: Purse, event: Opened | Filled | Emptied) -> Purse:
    match event:
        case Filled():
            return replace(state, balance=state.balance + event.amount, moves=state.moves + 1)
        case Emptied():
            return replace(state, balance=state.balance - event.amount, moves=state.moves + 1)
        case _:
            return state


def take(state: Purse, purse: str, amount: Decimal) -> list[Event]:
    """What follows when somebody wants an amount out of it."""
    if state.balance < amount:
        raise PurseEmpty(f"{state.balance} is in it, {amount} was wanted.")
    return [Emptied(purse=purse, amount=amount)]


PURSE = AggregateType(
    module=SHOP,
    name="purse",
    events=(Opened, Filled, Emptied),
    state=Purse,
    initial=Purse,
    evolve=evolve,
    snapshot_every=10,
    personal={Opened: Personal(subject="owner", fields=("owner_name",))},
)
purses = Repository(PURSE)


def filled(purse: str, *amounts: int) -> None:
    """Fill a purse several times, in one transaction."""
    purses.change(purse, lambda _: [Filled(purse=purse, amount=Decimal(amount)) for amount in amounts])
