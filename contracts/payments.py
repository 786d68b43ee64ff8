"""Payments: cards, authorisations, captures and refunds, by a payment provider; and wallets and gift cards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from contracts.kernel import ZERO, CustomerId, Money, OrderId
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
    """A card that the provider keeps, whose number is not stored here; or a wallet, or a gift card."""

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
class Wallet:
    """What the shop owes a customer."""

    customer_id: CustomerId
    balance: Money
    available: Money
    """Without what is set aside for orders that are not paid yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiftCard:
    """What the shop owes to whoever knows the card's code."""

    card_id: UUID
    balance: Money
    available: Money
    """Without what is set aside for orders that are not paid yet."""
    message: str
    is_blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedGiftCard:
    """A new gift card. The code is shown this once: the shop keeps nothing that it could be read from."""

    card_id: UUID
    code: Secret


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


@dataclass(eq=False, kw_only=True)
class InvalidAmount(PaymentsError, kind=ErrorKind.INVALID):
    """An amount cannot be put on a wallet or a gift card."""

    amount: Money
    reason: str


@dataclass(eq=False, kw_only=True)
class UnknownGiftCard(PaymentsError, kind=ErrorKind.NOT_FOUND):
    """There is no gift card with this code."""


class Payments(
    Contract,
    module="payments",
    version="1.2",
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

    @query(timeout=0.3)
    def wallet(self, *, customer_id: CustomerId) -> Wallet:
        """A customer's wallet; empty where none was ever topped up."""

    @query(timeout=0.3)
    def gift_card(self, *, code: Secret) -> GiftCard:
        """The gift card with a code.

        :raises UnknownGiftCard: there is none.
        """

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

        A bank that asks the card's holder first leaves it ``pending``: ``payment_authorised`` or ``payment_refused``
        is published when it has decided.

        :param payment_method: a token from ``register_card``, ``pay_with_wallet`` or ``pay_with_gift_card``.
        :raises CardDeclined: the bank said no, or there is not enough in the wallet or on the gift card.
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
        :raises WrongPaymentState: it is not captured, was settled elsewhere, or was paid with a wallet or a gift card.
        :raises RefundTooLarge: more would be gone than was captured.
        """

    @command(timeout=30.0)
    def put_settlements(self, *, settlements: tuple[Settlement, ...]) -> int:
        """Take over money that moved elsewhere; answers how many were new."""

    @command(timeout=3.0)
    def top_up_wallet(self, *, customer_id: CustomerId, amount: Money, reason: str) -> Wallet:
        """Put an amount into a customer's wallet; the first one opens it, in its currency for ever.

        :raises InvalidAmount: not above zero, not in whole pennies, too large, or in another currency.
        """

    @command(timeout=3.0)
    def issue_gift_card(self, *, amount: Money, recipient: str, message: str) -> IssuedGiftCard:
        """Make a gift card; the answer's code is shown this once.

        :param recipient: the e-mail address of whoever gets it; kept so that it can be forgotten.
        :raises InvalidAmount: not above zero, not in whole pennies, or too large.
        """

    @command(timeout=3.0)
    def block_gift_card(self, *, card_id: UUID, reason: str) -> None:
        """Let nothing more be paid with a gift card, be it lost or stolen; again changes nothing.

        :raises UnknownGiftCard: there is none.
        """

    @command(timeout=3.0)
    def pay_with_wallet(self, *, customer_id: CustomerId) -> PaymentMethod:
        """A token that pays from a customer's wallet, valid for 30 minutes; whoever has it can spend what is there."""

    @command(timeout=3.0)
    def pay_with_gift_card(self, *, code: Secret) -> PaymentMethod:
        """A token that pays with a gift card, valid for 30 minutes.

        :raises UnknownGiftCard: there is none with this code.
        """
