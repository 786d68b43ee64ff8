"""Payments' implementation of its contract: each operation is its use case, nothing more.

Commands that talk to the provider are stepwise: they commit what they are about to ask before they ask it.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.kernel import Money, OrderId
from contracts.payments import Payment, PaymentMethod, Payments, Settlement
from modules.payments.application.authorise import authorise
from modules.payments.application.capture import capture
from modules.payments.application.charge_back import charge_back
from modules.payments.application.payment import payment
from modules.payments.application.payments import payments
from modules.payments.application.put_settlements import put_settlements
from modules.payments.application.refund import refund
from modules.payments.application.register_card import register_card
from modules.payments.application.void import void
from seamline.calls import stepwise
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
