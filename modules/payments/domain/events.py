"""Facts about payments that only payments itself reads: beside the public ones they make a payment's state.

They lie in the log for ever: a field is only ever added with a default, a changed one gets a new schema version.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentMethod
from seamline.contract import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentStarted(Event, name="payments.payment_started", key="order_id"):
    """The provider is going to be asked to set the amount aside."""

    order_id: OrderId
    amount: Money
    method: PaymentMethod
    card: str
    """The provider's own reference of the card."""
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentForbidden(Event, name="payments.payment_forbidden", key="order_id"):
    """It was undone before it started: an authorisation that still arrives is refused."""

    order_id: OrderId
    reason: str
    forbidden_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementTaken(Event, name="payments.settlement_taken", key="order_id"):
    """Money moved outside the shop, and is taken over: positive for a sale, negative for a credit note."""

    order_id: OrderId
    amount: Money
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidRequested(Event, name="payments.void_requested", key="order_id"):
    """The shop wants it undone; what the provider answers follows."""

    order_id: OrderId
    reason: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequested(Event, name="payments.refund_requested", key="order_id"):
    """An amount is to go back, and no other refund may use it."""

    order_id: OrderId
    amount: Money
    reason: str
    requested_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFailed(Event, name="payments.refund_failed", key="order_id"):
    """The provider refused to give an amount back: it can be given back again."""

    order_id: OrderId
    amount: Money
    reason: str
    failed_at: datetime
