"""Payments' implementation of its contract: each operation is its use case, nothing more.

Commands that talk to the provider are stepwise: they commit what they are about to ask before they ask it.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from contracts.kernel import CustomerId, Money, OrderId
from contracts.payments import GiftCard, IssuedGiftCard, Payment, PaymentMethod, Payments, Settlement, Wallet
from modules.payments.application.authorise import authorise
from modules.payments.application.block_gift_card import block_gift_card
from modules.payments.application.capture import capture
from modules.payments.application.charge_back import charge_back
from modules.payments.application.gift_card import gift_card
from modules.payments.application.issue_gift_card import issue_gift_card
from modules.payments.application.pay_with_gift_card import pay_with_gift_card
from modules.payments.application.pay_with_wallet import pay_with_wallet
from modules.payments.application.payment import payment
from modules.payments.application.payments import payments
from modules.payments.application.put_settlements import put_settlements
from modules.payments.application.refund import refund
from modules.payments.application.register_card import register_card
from modules.payments.application.top_up_wallet import top_up_wallet
from modules.payments.application.void import void
from modules.payments.application.wallet import wallet
from seamline.calls import stepwise, stepwise_until
from seamline.contract import Secret


class PaymentsService(Payments):
    """One payment an order."""

    def payment(self, *, order_id: OrderId) -> Payment:
        return payment(order_id=order_id)

    def payments(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Payment]:
        return payments(order_ids=order_ids)

    @stepwise
    def register_card(
        self, *, number: Secret, expiry_month: int, expiry_year: int, security_code: Secret
    ) -> PaymentMethod:
        return register_card(
            number=number, expiry_month=expiry_month, expiry_year=expiry_year, security_code=security_code
        )

    @stepwise
    def authorise(self, *, order_id: OrderId, amount: Money, payment_method: str) -> Payment:
        return authorise(order_id=order_id, amount=amount, payment_method=payment_method)

    @stepwise
    def capture(self, *, order_id: OrderId) -> Payment:
        return capture(order_id=order_id)

    @stepwise
    def void(self, *, order_id: OrderId, reason: str) -> None:
        void(order_id=order_id, reason=reason)

    @stepwise
    def refund(self, *, order_id: OrderId, amount: Money, reason: str) -> Payment:
        return refund(order_id=order_id, amount=amount, reason=reason)

    def charge_back(self, *, order_id: OrderId, amount: Money, reason: str) -> Payment:
        return charge_back(order_id=order_id, amount=amount, reason=reason)

    def put_settlements(self, *, settlements: tuple[Settlement, ...]) -> int:
        return put_settlements(settlements=settlements)

    def wallet(self, *, customer_id: CustomerId) -> Wallet:
        return wallet(customer_id=customer_id)

    def gift_card(self, *, code: Secret) -> GiftCard:
        return gift_card(code=code)

    def top_up_wallet(self, *, customer_id: CustomerId, amount: Money, reason: str) -> Wallet:
        return top_up_wallet(customer_id=customer_id, amount=amount, reason=reason)

    # Its answer is never kept, for it has the code in it: asked again with its key, it makes the same one.
    @stepwise_until(lambda issued: False)
    def issue_gift_card(self, *, amount: Money, recipient: str, message: str) -> IssuedGiftCard:
        return issue_gift_card(amount=amount, recipient=recipient, message=message)

    def block_gift_card(self, *, card_id: UUID, reason: str) -> None:
        block_gift_card(card_id=card_id, reason=reason)

    def pay_with_wallet(self, *, customer_id: CustomerId) -> PaymentMethod:
        return pay_with_wallet(customer_id=customer_id)

    def pay_with_gift_card(self, *, code: Secret) -> PaymentMethod:
        return pay_with_gift_card(code=code)
