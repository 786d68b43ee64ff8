"""What several tests of notifications need: events as they arrive, and mail backends that fail."""

from __future__ import annotations

import smtplib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeVar

from django.core.mail.backends.locmem import EmailBackend

from contracts.customers import CustomerSignedUp
from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import Channel, OrderCancelled, OrderLine, OrderPlaced, OrderRejected
from modules.notifications.handlers import tell_buyers, welcome_customer
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import Delivery

E = TypeVar("E", bound=Event)
NOW = datetime.now(UTC)
EMAIL = "ada@example.com"
MUG = OrderLine(sku=Sku("85123A"), name="Mug <white> & red", quantity=2, unit_price=Money(amount=Decimal("2.55")))
TOTAL = Money(amount=Decimal("5.10"))


def delivered(event: E, *, at: datetime = NOW, event_id: uuid.UUID | None = None) -> Delivery[E]:
    return Delivery(
        event=event,
        event_id=event_id or uuid.uuid4(),
        publisher=event.event_name.partition(".")[0],
        position=1,
        at=at,
        meta={},
        attempt=1,
    )


def order_placed(**changes: Any) -> OrderPlaced:
    given = {
        "order_id": OrderId(uuid.uuid4()),
        "number": "S1001",
        "channel": Channel.SHOP,
        "customer_id": None,
        "email": EMAIL,
        "country": "United Kingdom",
        "lines": (MUG,),
        "total": TOTAL,
        "placed_at": NOW,
    }
    return OrderPlaced(**{**given, **changes})


def order_rejected(reason: str) -> OrderRejected:
    return OrderRejected(
        order_id=OrderId(uuid.uuid4()),
        number="S1002",
        customer_id=None,
        email=EMAIL,
        total=TOTAL,
        reason=reason,
        rejected_at=NOW,
    )


def order_cancelled() -> OrderCancelled:
    return OrderCancelled(
        order_id=OrderId(uuid.uuid4()),
        number="S1003",
        customer_id=None,
        email=EMAIL,
        lines=(MUG,),
        total=TOTAL,
        reason="changed my mind",
        cancelled_at=NOW,
    )


def customer_signed_up(name: str = "Ada") -> CustomerSignedUp:
    return CustomerSignedUp(
        customer_id=CustomerId(uuid.uuid4()), email=EMAIL, name=name, country="United Kingdom", signed_up_at=NOW
    )


def arrive(*events: Event, deliveries: Sequence[Delivery[Any]] = ()) -> list[uuid.UUID]:
    """Let events arrive as the framework delivers them: each handler inside the module's transaction."""
    arriving = [delivered(event) for event in events] + list(deliveries)
    for delivery in arriving:
        with atomic("notifications"):
            if isinstance(delivery.event, CustomerSignedUp):
                welcome_customer(delivery.event, delivery)
            else:
                tell_buyers([delivery])
    return [delivery.event_id for delivery in arriving]


class Refusing(EmailBackend):
    """A mail server that refuses everything."""

    def send_messages(self, messages: Any) -> int:
        raise smtplib.SMTPServerDisconnected("gone for lunch")


class Dying(EmailBackend):
    """The mail goes out, and then the process dies."""

    def send_messages(self, messages: Any) -> int:
        super().send_messages(messages)
        raise KeyboardInterrupt
