"""Payments: cards, authorisations, captures and refunds, through a payment provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.kernel import ZERO, Money, OrderId
from seamline.contract import Contract, ContractError, ErrorKind, Event, Secret, command, query


class PaymentState(StrEnum):
    PENDING = "pending"
    """Sent to the provider; the outcome is not known yet."""
    AUTHORISED = "authorised"
    DECLINED = "declined"
    CAPTURED = "captured"
    VOIDED = "voided"
    REFUNDED = "refunded"
    """Given back in full; a payment refunded in part stays ``captured``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethod:
    """A card that the provider keeps; its number is not stored here."""

    token: str
    brand: str
    last4: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    order_id: OrderId
    amount: Money
    refunded: Money
    state: PaymentState
    method: PaymentMethod
    decline_reason: str = ""
    charged_back: Money = ZERO
    """Taken back by the card's bank, against the shop's will."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """Money that moved elsewhere and is taken over: positive for a sale, negative for a credit note."""

    order_id: OrderId
    amount: Money
    settled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAuthorised(Event, name="payments.payment_authorised", key="order_id"):
    order_id: OrderId
    amount: Money
    authorised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefused(Event, name="payments.payment_refused", key="order_id"):
    order_id: OrderId
    amount: Money
    reason: str
    refused_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCaptured(Event, name="payments.payment_captured", key="order_id"):
    order_id: OrderId
    amount: Money
    captured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentVoided(Event, name="payments.payment_voided", key="order_id"):
    order_id: OrderId
    amount: Money
    voided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefunded(Event, name="payments.payment_refunded", key="order_id"):
    order_id: OrderId
    amount: Money
    """Of this refund."""
    reason: str
    refunded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChargedBack(Event, name="payments.payment_charged_back", key="order_id"):
    order_id: OrderId
    amount: Money
    """Of this chargeback."""
    reason: str
    charged_back_at: datetime


@dataclass(eq=False, kw_only=True)
class PaymentsError(ContractError, module="payments"):
    """Root of the payments' errors."""


@dataclass(eq=False, kw_only=True)
class InvalidCard(PaymentsError, kind=ErrorKind.INVALID):
    """The card's number, expiry or security code is not acceptable."""

    field: str
    reason: str


@dataclass(eq=False, kw_only=True)
class CardDeclined(PaymentsError):
    """The card's bank declined the payment."""

    order_id: OrderId
    reason: str


@dataclass(eq=False, kw_only=True)
class ProviderTimedOut(PaymentsError, kind=ErrorKind.TIMEOUT):
    """The payment provider did not answer in time; the outcome is asked for again, nothing is charged twice."""

    order_id: OrderId


@dataclass(eq=False, kw_only=True)
class UnknownPayment(PaymentsError, kind=ErrorKind.NOT_FOUND):
    """No payment was ever started for this order."""

    order_id: OrderId


@dataclass(eq=False, kw_only=True)
class UnknownPaymentMethod(PaymentsError, kind=ErrorKind.INVALID):
    """The payment method's token is not known, or expired."""


@dataclass(eq=False, kw_only=True)
class WrongPaymentState(PaymentsError):
    """The payment is not in a state in which this can be done."""

    order_id: OrderId
    state: PaymentState


@dataclass(eq=False, kw_only=True)
class RefundTooLarge(PaymentsError, kind=ErrorKind.INVALID):
    """More would be given back than was captured."""

    order_id: OrderId
    refundable: Money


class Payments(
    Contract,
    module="payments",
    version="1.1",
    events=(
        PaymentAuthorised,
        PaymentRefused,
        PaymentCaptured,
        PaymentVoided,
        PaymentRefunded,
        PaymentChargedBack,
    ),
):
    """One payment an order: authorise, then capture or void, later refund."""

    @query(timeout=0.3)
    def payment(self, *, order_id: OrderId) -> Payment:
        """The payment of an order.

        :raises UnknownPayment: no payment was ever started for it.
        """

    @query(timeout=0.5)
    def payments(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Payment]:
        """The payments of these orders; orders without one are left out."""

    @command(timeout=3.0)
    def register_card(
        self, *, number: Secret, expiry_month: int, expiry_year: int, security_code: Secret
    ) -> PaymentMethod:
        """Hand a card to the provider, which answers with a token to pay with, valid for 30 minutes.

        :raises InvalidCard: with the field that is not acceptable.
        """

    @command(timeout=5.0)
    def authorise(self, *, order_id: OrderId, amount: Money, payment_method: str) -> Payment:
        """Set the amount aside on the card. Authorising the same order again answers the first outcome.

        :param payment_method: a token from ``register_card``.
        :raises CardDeclined: the bank said no.
        :raises ProviderTimedOut: no answer in time; call again with the same key to learn the outcome.
        :raises UnknownPaymentMethod: the token is not known, or expired.
        """

    @command(timeout=5.0)
    def capture(self, *, order_id: OrderId) -> Payment:
        """Take the authorised amount. Capturing twice takes it once.

        :raises UnknownPayment: no payment was ever started for this order.
        :raises WrongPaymentState: it is not authorised.
        :raises CardDeclined: the bank withdrew its promise.
        :raises ProviderTimedOut: no answer in time; call again with the same key to learn the outcome.
        """

    @command(timeout=5.0)
    def void(self, *, order_id: OrderId, reason: str) -> None:
        """Undo whatever happened: a pending or authorised payment is let go, a captured one given back.

        Voiding twice, or what was never started, changes nothing; an authorisation that arrives after it is refused.

        :raises ProviderTimedOut: no answer in time; call again with the same key.
        """

    @command(timeout=5.0)
    def refund(self, *, order_id: OrderId, amount: Money, reason: str) -> Payment:
        """Give back a part or all of a captured payment.

        :raises UnknownPayment: no payment was ever started for this order.
        :raises WrongPaymentState: it is not captured.
        :raises RefundTooLarge: more would be given back than was captured.
        :raises ProviderTimedOut: no answer in time; call again with the same key.
        """

    @command(timeout=3.0)
    def charge_back(self, *, order_id: OrderId, amount: Money, reason: str) -> Payment:
        """Book that the card's bank took a part or all of a captured payment back.

        :raises UnknownPayment: no payment was ever started for this order.
        :raises WrongPaymentState: it is not captured, or was settled elsewhere.
        :raises RefundTooLarge: more would be gone than was captured.
        """

    @command(timeout=30.0)
    def put_settlements(self, *, settlements: tuple[Settlement, ...]) -> int:
        """Take over money that moved elsewhere; answers how many were new."""
