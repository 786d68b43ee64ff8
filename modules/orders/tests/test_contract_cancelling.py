"""Cancelling through the client, directly and by codec."""

from __future__ import annotations

import uuid

import pytest

from contracts.kernel import OrderId
from contracts.orders import NotCancellable, Order, Orders, OrderState, UnknownOrder
from contracts.payments import ProviderTimedOut
from modules.orders.application.cancel_saga import cancel_id
from modules.orders.application.resume_sagas import resume_sagas
from modules.orders.tests.helpers import Neighbours, checkout, events, make_sagas_due, new_cart, rows, sale
from seamline.calls import use
from seamline.contract import DeadlineExceeded
from seamline.sagas import SagaStatus, instance
from seamline.testing import at_once

pytestmark = pytest.mark.usefixtures("database", "runner")


def cancel(order: Order, *, key: str | None = None, reason: str = "changed my mind") -> Order:
    return use(Orders, idempotency_key=key).cancel_order(order_id=order.order_id, reason=reason)


def test_cancelling_gives_money_and_goods_back(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    cancelled = cancel(order, key="k")
    assert cancelled.state is OrderState.CANCELLED
    assert use(Orders).order(order_id=order.order_id) == cancelled
    assert neighbours.payments.calls_of("void") == [{"order_id": order.order_id, "reason": "changed my mind"}]
    assert neighbours.inventory.calls_of("release") == [{"order_id": order.order_id, "reason": "changed my mind"}]
    assert events() == ["orders.order_placed", "orders.order_cancelled"]


def test_cancelling_twice_with_one_key_happens_once(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    first = cancel(order, key="k")
    assert cancel(order, key="k") == first
    rows("UPDATE idempotency_key SET finished = false, result = NULL RETURNING key")
    assert cancel(order, key="k") == first
    assert len(neighbours.payments.calls_of("void")) == 1


def test_cancelled_order_cannot_be_cancelled_again(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    cancel(order)
    with pytest.raises(NotCancellable) as caught:
        cancel(order)
    assert caught.value.state is OrderState.CANCELLED


def test_imported_order_cannot_be_cancelled(neighbours: Neighbours) -> None:
    use(Orders).put_sales(sales=(sale("1"),))
    with pytest.raises(NotCancellable):
        use(Orders).cancel_order(order_id=sale("1").order_id, reason="")


def test_pending_order_cannot_be_cancelled(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    order = checkout(new_cart(A=1))
    with pytest.raises(NotCancellable) as caught:
        cancel(order)
    assert caught.value.state is OrderState.PENDING


def test_unknown_order_cannot_be_cancelled(neighbours: Neighbours) -> None:
    with pytest.raises(UnknownOrder):
        use(Orders).cancel_order(order_id=OrderId(uuid.uuid4()), reason="")


def test_cancellation_goes_on_by_itself_when_the_provider_keeps_silent(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    neighbours.payments.fail("void", ProviderTimedOut(order_id=order.order_id))
    with pytest.raises(DeadlineExceeded):
        cancel(order, key="k")
    for _ in range(12):
        make_sagas_due()
        resume_sagas()
    assert instance("orders", id=cancel_id(order.order_id)).status is SagaStatus.STUCK
    assert use(Orders).order(order_id=order.order_id).state is OrderState.PLACED
    neighbours.willing()
    assert cancel(order, key="k").state is OrderState.CANCELLED
    assert events()[-1] == "orders.order_cancelled"


def test_many_cancellations_at_once_are_one(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    results = at_once(lambda number: cancel(order, key=str(number)), threads=6)
    cancelled = [result for result in results if isinstance(result, Order)]
    assert cancelled
    assert all(isinstance(result, NotCancellable) for result in results if result not in cancelled)
    assert len(neighbours.payments.calls_of("void")) == 1
    assert events().count("orders.order_cancelled") == 1
