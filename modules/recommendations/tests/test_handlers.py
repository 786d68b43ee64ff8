"""Orders that happen elsewhere become baskets here, once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import Channel, CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced
from modules.recommendations.handlers import learn_of_orders
from modules.recommendations.infra.store import all_baskets, baskets_of
from modules.recommendations.models import RecordedBasket
from modules.recommendations.module import module
from modules.recommendations.tests.samples import START
from seamline.contract import Event
from seamline.data import atomic
from seamline.events import Delivery
from seamline.modules.manifest import imported

pytestmark = pytest.mark.usefixtures("database")
ANN = CustomerId(uuid4())


def line(sku: str, quantity: int = 1, price: str = "1.00") -> OrderLine:
    return OrderLine(sku=Sku(sku), name=sku, quantity=quantity, unit_price=Money(amount=Decimal(price)))


def placed(*lines: OrderLine, order_id: UUID | None = None, customer_id: CustomerId | None = ANN) -> OrderPlaced:
    return OrderPlaced(
        order_id=OrderId(order_id or uuid4()),
        number="S1",
        channel=Channel.SHOP,
        customer_id=customer_id,
        email="",
        country="United Kingdom",
        lines=lines,
        total=Money(amount=Decimal("1.00")),
        placed_at=START,
    )


def credited(*lines: OrderLine) -> CreditNoteIssued:
    return CreditNoteIssued(
        order_id=OrderId(uuid4()),
        number="C1",
        channel=Channel.IMPORT,
        customer_id=ANN,
        country="United Kingdom",
        lines=lines,
        total=Money(amount=Decimal("-1.00")),
        issued_at=START + timedelta(days=1),
    )


def cancelled(order: OrderPlaced) -> OrderCancelled:
    return OrderCancelled(
        order_id=order.order_id,
        number=order.number,
        customer_id=order.customer_id,
        email=order.email,
        lines=order.lines,
        total=order.total,
        reason="changed my mind",
        cancelled_at=START + timedelta(hours=1),
    )


def deliver(*events: Event) -> None:
    """Hand the events to the handler as the framework does: one batch, in the module's transaction."""
    deliveries: Sequence[Delivery[Event]] = [
        Delivery(event=event, event_id=uuid4(), publisher="orders", position=place, at=START, meta={}, attempt=1)
        for place, event in enumerate(events, start=1)
    ]
    with atomic("recommendations"):
        learn_of_orders(deliveries)  # type: ignore[arg-type]


def test_the_manifest_names_this_handler_for_batches_of_all_that_happens_to_orders() -> None:
    (subscription,) = module.subscriptions
    assert imported(subscription.handler) is learn_of_orders
    assert set(subscription.events) == {OrderPlaced, OrderCancelled, CreditNoteIssued}
    assert subscription.batch == 500
    assert subscription.start == "beginning"


def test_an_order_becomes_a_basket_of_its_goods() -> None:
    deliver(placed(line("TEA", 2), line("POST", 1, "4.95"), line("CUP", 0), line("GIFT", 1, "0.00")))
    (basket,) = baskets_of(ANN)
    assert (basket.skus, basket.units, basket.at, basket.is_return) == (("TEA",), (2,), START, False)


def test_a_guest_basket_has_no_customer() -> None:
    deliver(placed(line("TEA"), customer_id=None))
    assert [basket.customer for basket in all_baskets()] == [None]


def test_an_order_without_goods_leaves_nothing() -> None:
    deliver(placed(line("POST")))
    assert not RecordedBasket.objects.exists()


def test_an_order_that_arrives_twice_is_one_basket() -> None:
    order = placed(line("TEA"))
    deliver(order, order)
    deliver(order)
    assert len(all_baskets()) == 1


def test_a_credit_note_is_a_return() -> None:
    deliver(placed(line("TEA", 2)), credited(line("TEA", -2)))
    bought, returned = all_baskets()
    assert (returned.skus, returned.units, returned.is_return) == (("TEA",), (2,), True)
    assert not bought.is_return


def test_a_cancelled_order_is_left_out_even_if_it_was_placed_in_the_same_batch() -> None:
    first, second = placed(line("TEA")), placed(line("CUP"))
    deliver(first)
    deliver(second, cancelled(second), cancelled(first))
    assert all_baskets() == []
    assert baskets_of(ANN) == []


def test_a_cancellation_of_an_unknown_order_changes_nothing() -> None:
    deliver(cancelled(placed(line("TEA"))))
    assert not RecordedBasket.objects.exists()
