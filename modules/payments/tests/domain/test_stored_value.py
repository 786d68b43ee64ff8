"""Whatever is asked of a wallet, in whatever order and however often: nothing goes below zero, or happens twice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.kernel import Money
from contracts.payments import InvalidAmount
from modules.payments.domain.ledger import stored_value_postings
from modules.payments.domain.stored_value import (
    Kind,
    StoredValue,
    after,
    capture,
    give_back,
    hold,
    is_stored_value,
    release,
    top_up,
)
from modules.payments.domain.stored_value_events import WalletOpened
from seamline.contract import Event
from seamline.contract.codec import decoder, encode

NOW = datetime(2026, 1, 2, tzinfo=UTC)
ACCOUNT = "wallet:7"


def pounds(amount: Decimal | str | int) -> Money:
    return Money(amount=Decimal(amount))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of a wallet: a kind, the request's number, the authorisation's, pennies."""

    kind: str
    request: int
    authorisation: int
    pennies: int


wishes = st.lists(
    st.builds(
        Wish,
        kind=st.sampled_from(["top_up", "hold", "capture", "release", "give_back"]),
        request=st.integers(0, 5),
        authorisation=st.integers(0, 3),
        pennies=st.integers(-5, 400),
    ),
    max_size=40,
)


def decided(state: StoredValue, wish: Wish) -> tuple[Event, ...]:
    """What follows from a wish; the authorisation's own key is its request's."""
    amount = pounds(Decimal(wish.pennies) / 100)
    key, authorisation = f"{wish.kind}:{wish.request}", f"hold:{wish.authorisation}"
    match wish.kind:
        case "top_up":
            try:
                return top_up(state, account=ACCOUNT, amount=amount, reason="sorry", at=NOW)
            except InvalidAmount:
                return ()
        case "hold":
            return hold(state, request=authorisation, amount=amount, at=NOW)
        case "capture":
            return capture(state, request=key, authorisation=authorisation, amount=amount, at=NOW)
        case "release":
            return release(state, request=key, authorisation=authorisation, at=NOW)
        case _:
            return give_back(state, request=key, authorisation=authorisation, amount=amount, at=NOW)


def sums(events: Iterable[Event]) -> dict[str, Decimal]:
    """What the events book, by account."""
    found: dict[str, Decimal] = {}
    for event in events:
        for posting in stored_value_postings(event):
            found[posting.account] = found.get(posting.account, Decimal(0)) + posting.amount
    return found


@settings(max_examples=150, deadline=None)
@given(wishes)
def test_every_order_of_wishes_keeps_the_books_right(asked: list[Wish]) -> None:
    state, events = StoredValue(), list[Event]()
    for wish in asked:
        new = decided(state, wish)
        state = after(state, *new)
        events += new
        assert 0 <= state.held <= state.balance
        assert state.held == sum(each.amount for each in state.holds.values() if each.is_open)
        assert all(0 <= each.returned <= each.captured <= each.amount for each in state.holds.values())
        spent = sum(each.captured - each.returned for each in state.holds.values())
        booked = sums(events)
        assert sum(booked.values()) == 0
        assert booked.get(ACCOUNT, Decimal(0)) == -state.balance
        assert booked.get("stored_value", Decimal(0)) == -spent
        assert booked.get("goodwill", Decimal(0)) == state.balance + spent
    assert after(StoredValue(), *events) == state
    assert decoder(StoredValue).decode(encode(state)) == state


@settings(max_examples=100, deadline=None)
@given(wishes, st.data())
def test_request_that_arrives_again_later_changes_nothing(asked: list[Wish], data: st.DataObject) -> None:
    state, answered = StoredValue(), list[Wish]()
    for wish in asked:
        new = decided(state, wish)
        state = after(state, *new)
        if new and wish.kind != "top_up":
            answered.append(wish)
    if answered:
        assert decided(state, data.draw(st.sampled_from(answered))) == ()


def filled() -> StoredValue:
    return after(StoredValue(), *top_up(StoredValue(), account=ACCOUNT, amount=pounds(10), reason="sorry", at=NOW))


def test_first_top_up_opens_the_wallet_in_its_currency() -> None:
    opened, _ = top_up(StoredValue(), account=ACCOUNT, amount=pounds(10), reason="sorry", at=NOW)
    assert opened == WalletOpened(account=ACCOUNT, currency="GBP", opened_at=NOW)
    with pytest.raises(InvalidAmount, match="kept in GBP"):
        top_up(filled(), account=ACCOUNT, amount=Money(amount=Decimal(1), currency="EUR"), reason="", at=NOW)


def test_request_for_an_authorisation_that_never_arrived_is_not_answered() -> None:
    """As with any provider: it may still arrive, and must be let go of then."""
    state = filled()
    assert release(state, request="void", authorisation="late", at=NOW) == ()
    state = after(state, *hold(state, request="late", amount=pounds(10), at=NOW))
    state = after(state, *release(state, request="void", authorisation="late", at=NOW))
    assert (state.held, state.outcomes["void"]) == (0, "")


@pytest.mark.parametrize(
    ("steps", "refusal"),
    [
        (["capture", "void"], "already_captured"),
        (["void", "capture"], "voided"),
        (["capture", "capture"], "more_than_authorised"),
        (["refund"], "more_than_captured"),
        (["capture", "refund", "refund"], "more_than_captured"),
        (["capture too much"], "more_than_authorised"),
    ],
)
def test_what_cannot_be_is_refused_by_name(steps: list[str], refusal: str) -> None:
    state = filled()
    state = after(state, *hold(state, request="a", amount=pounds(4), at=NOW))
    for number, step in enumerate(steps):
        key = str(number)
        if step == "void":
            new = release(state, request=key, authorisation="a", at=NOW)
        elif step == "refund":
            new = give_back(state, request=key, authorisation="a", amount=pounds(4), at=NOW)
        else:
            amount = pounds("4.01" if step.endswith("much") else 4)
            new = capture(state, request=key, authorisation="a", amount=amount, at=NOW)
        state = after(state, *new)
    assert state.outcomes[str(len(steps) - 1)] == refusal


def test_capturing_less_frees_the_rest() -> None:
    state = filled()
    state = after(state, *hold(state, request="a", amount=pounds(4), at=NOW))
    state = after(state, *capture(state, request="c", authorisation="a", amount=pounds(1), at=NOW))
    assert (state.balance, state.held, state.available) == (9, 0, pounds(9))


def test_references_of_stored_value_are_told_from_cards() -> None:
    assert all(is_stored_value(f"{kind}:7") for kind in Kind)
    assert not any(is_stored_value(card) for card in ("", "wallet", "card_4242", "walletx:7", "visa:wallet:7"))
