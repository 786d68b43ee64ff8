"""The payment of one order."""

from __future__ import annotations

from contracts.kernel import OrderId
from contracts.payments import Payment, UnknownPayment
from modules.payments.infra import books


def payment(*, order_id: OrderId) -> Payment:
    """The order's payment.

    :raises UnknownPayment: none was ever started for it.
    """
    for account in books.read([order_id]):
        if not account.never_started:
            return account.payment()
    raise UnknownPayment(order_id=order_id)
