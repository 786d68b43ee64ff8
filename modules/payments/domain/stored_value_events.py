"""Facts about wallets and gift cards that only payments itself reads: each makes the state of one of them.

``account`` is the whole reference, such as ``wallet:<customer>``; ``request`` the idempotency key of what was asked.
They lie in the log for ever: a field is only ever added with a default, a changed one gets a new schema version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.kernel import Money
from seamline.contract import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletOpened(Event, name="payments.wallet_opened", key="account"):
    """A customer has a wallet now, in one currency for ever."""

    account: str
    currency: str
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletToppedUp(Event, name="payments.wallet_topped_up", key="account"):
    """The shop owes the customer more."""

    account: str
    amount: Money
    reason: str
    topped_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardIssued(Event, name="payments.gift_card_issued", key="account"):
    """The shop owes an amount to whoever knows the code, of which only the SHA-256 is kept."""

    account: str
    card_id: str
    """Names the recipient, as far as forgetting goes: their e-mail and the message are sealed under it."""
    amount: Money
    code_hash: str
    recipient: str
    message: str
    issued_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCardBlocked(Event, name="payments.gift_card_blocked", key="account"):
    """Nothing more can be set aside on it, be it lost or stolen."""

    account: str
    reason: str
    blocked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsHeld(Event, name="payments.funds_held", key="account"):
    """An amount is set aside for a payment: it is still owed, and cannot be spent elsewhere."""

    account: str
    request: str
    amount: Money
    held_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldCaptured(Event, name="payments.hold_captured", key="account"):
    """What was set aside is spent; what is left of it is free again."""

    account: str
    request: str
    hold: str
    """The request that set it aside."""
    amount: Money
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReleased(Event, name="payments.hold_released", key="account"):
    """What was set aside is free again."""

    account: str
    request: str
    hold: str
    amount: Money
    released_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsReturned(Event, name="payments.funds_returned", key="account"):
    """What was spent is given back, in part or in full."""

    account: str
    request: str
    hold: str
    amount: Money
    returned_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRefused(Event, name="payments.stored_value_request_refused", key="account"):
    """A request was refused, and will be whenever it arrives again."""

    account: str
    request: str
    reason: str
    refused_at: datetime
