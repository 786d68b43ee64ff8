"""Stored value: what the shop owes in a wallet or on a gift card. Pure: a state and a wish in, events out.

What is set aside for payments and what is owed never go below zero, whatever is asked in whatever order; a request that
arrives again has no second effect. The rows and the ledger follow from these events alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from functools import reduce

from contracts.kernel import CENT, Money
from contracts.payments import InvalidAmount
from modules.payments.domain.lifecycle import ALREADY_CAPTURED, LARGEST_AMOUNT
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
from seamline.contract import Event


class Kind(StrEnum):
    """Where value is stored; the word with which the references of such accounts begin."""

    WALLET = "wallet"
    GIFT_CARD = "gift_card"


class Refusal(StrEnum):
    """Why a request was refused."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    WRONG_CURRENCY = "wrong_currency"
    INVALID_AMOUNT = "invalid_amount"
    BLOCKED = "blocked"
    NOT_AUTHORISED = "not_authorised"
    VOIDED = "voided"
    MORE_THAN_AUTHORISED = "more_than_authorised"
    MORE_THAN_CAPTURED = "more_than_captured"
    ALREADY_CAPTURED = ALREADY_CAPTURED


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """What was set aside by one request, and what became of it."""

    amount: Decimal
    is_open: bool = True
    captured: Decimal = Decimal(0)
    returned: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredValue:
    """A wallet or a gift card."""

    account: str = ""
    """Its reference; empty before anything happened."""
    currency: str = ""
    balance: Decimal = Decimal(0)
    """What the shop owes, with what is set aside."""
    held: Decimal = Decimal(0)
    """Set aside by holds that are open."""
    holds: Mapping[str, Hold] = field(default_factory=dict)
    """By the request that made each."""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    """By request: why it was refused; empty where it was not."""
    is_blocked: bool = False
    code_hash: str = ""
    recipient: str = ""
    message: str = ""

    @property
    def available(self) -> Money:
        """What can be spent now."""
        return self.money(self.balance - self.held)

    def money(self, amount: Decimal) -> Money:
        """An amount in its currency."""
        return Money(amount=amount, currency=self.currency)


NOTHING_STORED = StoredValue()


def is_stored_value(card: str) -> bool:
    """Whether a payment method's card is the reference of a wallet or a gift card."""
    return card.partition(":")[0] in frozenset(Kind) and ":" in card


def top_up(state: StoredValue, *, account: str, amount: Money, reason: str, at: datetime) -> tuple[Event, ...]:
    """Owe the customer more; the first time opens the wallet.

    :raises InvalidAmount: it is not a positive amount in whole pennies, too large, or in another currency.
    """
    check_amount(amount, on_top=state.balance)
    if state.account and state.currency != amount.currency:
        raise InvalidAmount(amount=amount, reason=f"This wallet is kept in {state.currency}.")
    added = WalletToppedUp(account=account, amount=amount, reason=reason, topped_up_at=at)
    if state.account:
        return (added,)
    return (WalletOpened(account=account, currency=amount.currency, opened_at=at), added)


def block(state: StoredValue, *, reason: str, at: datetime) -> tuple[Event, ...]:
    """Let nothing more be set aside on a gift card; what is already set aside may still be taken."""
    if state.is_blocked:
        return ()
    return (GiftCardBlocked(account=state.account, reason=reason, blocked_at=at),)


def hold(state: StoredValue, *, request: str, amount: Money, at: datetime) -> tuple[Event, ...]:
    """Set an amount aside for a payment."""
    if request in state.outcomes:
        return ()
    refusal = _refusal(state, amount)
    if refusal is None and state.is_blocked:
        refusal = Refusal.BLOCKED
    if refusal is None and amount.amount > state.available.amount:
        refusal = Refusal.INSUFFICIENT_FUNDS
    if refusal is not None:
        return _refused(state, request, refusal, at)
    return (FundsHeld(account=state.account, request=request, amount=amount, held_at=at),)


def capture(state: StoredValue, *, request: str, authorisation: str, amount: Money, at: datetime) -> tuple[Event, ...]:
    """Spend what was set aside, or less; nothing for an authorisation that never arrived."""
    if request in state.outcomes or authorisation not in state.outcomes:
        return ()
    held = state.holds.get(authorisation)
    refusal = _refusal(state, amount)
    if held is None:
        refusal = Refusal.NOT_AUTHORISED
    elif not held.is_open:
        refusal = Refusal.MORE_THAN_AUTHORISED if held.captured else Refusal.VOIDED
    elif amount.amount > held.amount:
        refusal = Refusal.MORE_THAN_AUTHORISED
    if refusal is not None:
        return _refused(state, request, refusal, at)
    return (HoldCaptured(account=state.account, request=request, hold=authorisation, amount=amount, captured_at=at),)


def release(state: StoredValue, *, request: str, authorisation: str, at: datetime) -> tuple[Event, ...]:
    """Let go of what was set aside; again changes nothing. Nothing for an authorisation that never arrived."""
    if request in state.outcomes or authorisation not in state.outcomes:
        return ()
    held = state.holds.get(authorisation)
    if held is None:
        return _refused(state, request, Refusal.NOT_AUTHORISED, at)
    if held.captured:
        return _refused(state, request, Refusal.ALREADY_CAPTURED, at)
    freed = state.money(held.amount if held.is_open else Decimal(0))
    return (HoldReleased(account=state.account, request=request, hold=authorisation, amount=freed, released_at=at),)


def give_back(
    state: StoredValue, *, request: str, authorisation: str, amount: Money, at: datetime
) -> tuple[Event, ...]:
    """Owe again what was spent, or a part of it; nothing for an authorisation that never arrived."""
    if request in state.outcomes or authorisation not in state.outcomes:
        return ()
    held = state.holds.get(authorisation)
    refusal = _refusal(state, amount)
    if held is None:
        refusal = Refusal.NOT_AUTHORISED
    elif amount.amount > held.captured - held.returned:
        refusal = Refusal.MORE_THAN_CAPTURED
    if refusal is not None:
        return _refused(state, request, refusal, at)
    return (FundsReturned(account=state.account, request=request, hold=authorisation, amount=amount, returned_at=at),)


def check_amount(amount: Money, *, on_top: Decimal = Decimal(0)) -> None:
    """Whether it can be stored.

    :raises InvalidAmount: it is not a positive amount in whole pennies, or too large.
    """
    value = amount.amount
    if value.is_finite() and value + on_top > LARGEST_AMOUNT:
        raise InvalidAmount(amount=amount, reason=f"There can be {LARGEST_AMOUNT} at most.")
    if not _is_payable(value):
        raise InvalidAmount(amount=amount, reason="Give an amount above zero, in whole pennies.")


def after(state: StoredValue, *events: Event) -> StoredValue:
    """The state after several events."""
    return reduce(evolve, events, state)


def evolve(state: StoredValue, event: Event) -> StoredValue:
    """The state after an event."""
    match event:
        case WalletOpened():
            return replace(state, account=event.account, currency=event.currency)
        case WalletToppedUp():
            return replace(state, balance=state.balance + event.amount.amount)
        case GiftCardIssued():
            return replace(
                state,
                account=event.account,
                currency=event.amount.currency,
                balance=event.amount.amount,
                code_hash=event.code_hash,
                recipient=event.recipient,
                message=event.message,
            )
        case GiftCardBlocked():
            return replace(state, is_blocked=True)
        case RequestRefused():
            return replace(state, outcomes={**state.outcomes, event.request: event.reason})
        case FundsHeld():
            made = Hold(amount=event.amount.amount)
            return _moved(state, event.request, event.request, made, held=made.amount)
        case HoldCaptured():
            before = state.holds[event.hold]
            spent = event.amount.amount
            taken = replace(before, is_open=False, captured=spent)
            return _moved(state, event.request, event.hold, taken, held=-before.amount, balance=-spent)
        case HoldReleased():
            gone = replace(state.holds[event.hold], is_open=False)
            return _moved(state, event.request, event.hold, gone, held=-event.amount.amount)
        case FundsReturned():
            before = state.holds[event.hold]
            less = replace(before, returned=before.returned + event.amount.amount)
            return _moved(state, event.request, event.hold, less, balance=event.amount.amount)
        case _:
            return state


def _moved(
    state: StoredValue,
    request: str,
    hold_key: str,
    changed: Hold,
    *,
    held: Decimal = Decimal(0),
    balance: Decimal = Decimal(0),
) -> StoredValue:
    return replace(
        state,
        held=state.held + held,
        balance=state.balance + balance,
        holds={**state.holds, hold_key: changed},
        outcomes={**state.outcomes, request: ""},
    )


def _refusal(state: StoredValue, amount: Money) -> Refusal | None:
    if amount.currency != state.currency:
        return Refusal.WRONG_CURRENCY
    return None if _is_payable(amount.amount) else Refusal.INVALID_AMOUNT


def _is_payable(value: Decimal) -> bool:
    return value.is_finite() and CENT <= value <= LARGEST_AMOUNT and value == value.quantize(CENT)


def _refused(state: StoredValue, request: str, refusal: Refusal, at: datetime) -> tuple[Event, ...]:
    return (RequestRefused(account=state.account, request=request, reason=refusal.value, refused_at=at),)
