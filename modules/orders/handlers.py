"""What happens here when banks have decided: checkouts that wait for it are told.

Most payments are decided while their checkout asks; it is over by then, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Sequence

from contracts.payments import PaymentAuthorised, PaymentRefused
from modules.orders.application.checkout_saga import CHECKOUT, PAYMENT_TOLD
from seamline.events import Delivery
from seamline.sagas import signal, unfinished


def hear_of_payments(deliveries: Sequence[Delivery[PaymentAuthorised | PaymentRefused]]) -> None:
    """Tell checkouts that are under way what the bank said; the first word counts."""
    under_way = unfinished(CHECKOUT, ids=[str(delivery.event.order_id) for delivery in deliveries])
    for event in (delivery.event for delivery in deliveries):
        if str(event.order_id) in under_way:
            refused = event.reason if isinstance(event, PaymentRefused) else ""
            signal(CHECKOUT, id=str(event.order_id), name=PAYMENT_TOLD, data={"refused": refused})
