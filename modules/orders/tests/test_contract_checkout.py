"""The checkout through the client, directly and by codec, with neighbours that agree, refuse, or keep silent."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import Any

import pytest

from contracts.inventory import OutOfStock, ReservationGone, ReservationState, Shortfall
from contracts.kernel import CartId, CustomerId, OrderId
from contracts.orders import (
    CartLine,
    EmptyCart,
    InvalidCheckout,
    NotForSale,
    Orders,
    OrderState,
    PaymentFailed,
    StockRanOut,
)
from contracts.payments import CardDeclined, ProviderTimedOut
from modules.orders.application.resume_sagas import resume_sagas
from modules.orders.tests.helpers import ADDRESS, A, B, Neighbours, checkout, events, make_sagas_due, new_cart, rows
from seamline.calls import use
from seamline.contract import IdempotencyKeyReuse, ModuleFailed, ModuleUnavailable
from seamline.sagas import SagaStatus, instance

pytestmark = pytest.mark.usefixtures("database", "runner")
DONE = ["reserve", "confirm", "authorise", "capture"]


def state_of_only_order() -> tuple[Any, ...]:
    return rows("SELECT state, rejection FROM sales_order")[0]


def test_checkout_reserves_authorises_confirms_and_captures(neighbours: Neighbours) -> None:
    customer_id = CustomerId(uuid.uuid4())
    cart_id = new_cart(A=2, B=1)
    order = checkout(cart_id, customer_id=customer_id)
    assert order.state is OrderState.PLACED
    assert re.fullmatch(r"S-\d{6,}", order.number)
    assert [(line.sku, line.name, line.quantity) for line in order.lines] == [("A", "Thing A", 2), ("B", "Thing B", 1)]
    assert str(order.total) == "£15.00"
    assert (order.email, order.ship_to, order.country) == ("ada@example.com", ADDRESS, "United Kingdom")
    assert order.customer_id == customer_id
    assert use(Orders).order(order_id=order.order_id) == order
    assert neighbours.commands == DONE
    assert neighbours.payments.calls_of("authorise")[0]["amount"] == order.total
    assert events() == ["orders.order_placed"]
    assert use(Orders).cart(cart_id=cart_id).lines == ()


def test_each_step_is_called_with_a_key_of_the_saga(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    keys = [call.idempotency_key for call in (*neighbours.inventory.calls, *neighbours.payments.calls)]
    steps = ("reserve_stock", "confirm_stock", "authorise_payment", "capture_payment")
    assert keys == [f"saga:{order.order_id}:{step}" for step in steps]


def test_timeline_tells_each_step(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    saga = instance("orders", id=str(order.order_id))
    assert saga.status is SagaStatus.COMPLETED
    assert [(entry.what.value, entry.step) for entry in saga.timeline] == [
        ("started", ""),
        ("done", "reserve_stock"),
        ("done", "authorise_payment"),
        ("done", "confirm_stock"),
        ("done", "capture_payment"),
        ("completed", ""),
    ]
    assert [entry.at for entry in saga.timeline] == sorted(entry.at for entry in saga.timeline)


def test_same_key_gives_the_same_order(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    order = checkout(cart_id, key="k")
    assert checkout(cart_id, key="k") == order
    assert neighbours.commands == DONE
    with pytest.raises(IdempotencyKeyReuse):
        checkout(cart_id, key="k", email="other@example.com")


def test_same_key_gives_the_same_order_when_its_answer_was_never_kept(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    order = checkout(cart_id, key="k")
    rows("UPDATE idempotency_key SET finished = false, result = NULL RETURNING key")
    use(Orders).add_to_cart(cart_id=cart_id, sku=B)
    assert checkout(cart_id, key="k") == order
    assert neighbours.commands == DONE


def test_second_checkout_of_a_bought_cart_finds_it_empty(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    checkout(cart_id)
    with pytest.raises(EmptyCart) as caught:
        checkout(cart_id)
    assert caught.value.cart_id == cart_id
    assert len(events()) == 1


def test_unknown_cart_is_empty(neighbours: Neighbours) -> None:
    with pytest.raises(EmptyCart):
        checkout(CartId(uuid.uuid4()))


def test_another_customers_cart_cannot_be_bought(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    use(Orders).add_to_cart(cart_id=cart_id, sku=A, customer_id=CustomerId(uuid.uuid4()))
    for customer_id in (None, CustomerId(uuid.uuid4())):
        with pytest.raises(EmptyCart):
            checkout(cart_id, customer_id=customer_id)


def test_withdrawn_product_cannot_be_ordered(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1, B=1)
    neighbours.withdrawn.add(B)
    with pytest.raises(NotForSale) as caught:
        checkout(cart_id)
    assert caught.value.skus == (B,)
    assert rows("SELECT count(*) FROM sales_order") == [(0,)]
    assert len(use(Orders).cart(cart_id=cart_id).lines) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a@b"}, "email"),
        ({"email": f"{'a' * 60}@{'b' * 200}.com"}, "email"),
        ({"ship_to": replace(ADDRESS, city="  ")}, "ship_to.city"),
        ({"ship_to": replace(ADDRESS, postcode="1" * 121)}, "ship_to.postcode"),
        ({"ship_to": replace(ADDRESS, name="A\x00")}, "ship_to.name"),
    ],
)
def test_recipient_that_cannot_be_used_is_refused(neighbours: Neighbours, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidCheckout) as caught:
        checkout(new_cart(A=1), **changes)
    assert caught.value.field == field


def test_price_and_name_are_those_of_the_moment(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    neighbours.catalog.answer("products", {})
    assert use(Orders).order(order_id=order.order_id).lines[0].name == "Thing A"


def test_sold_out_goods_reject_the_order_and_return_to_the_cart(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=2, B=1)
    shortfalls = (Shortfall(sku=A, requested=2, available=1),)
    neighbours.inventory.fail("reserve", OutOfStock(shortfalls=shortfalls))
    with pytest.raises(StockRanOut) as caught:
        checkout(cart_id, key="k")
    assert caught.value.shortfalls == shortfalls
    order = use(Orders).order(order_id=caught.value.order_id)
    assert (order.state, order.rejection) == (OrderState.REJECTED, "inventory.out_of_stock")
    assert neighbours.commands == ["reserve", "release"]
    assert events() == ["orders.order_rejected"]
    assert use(Orders).cart(cart_id=cart_id).lines == (CartLine(sku=A, quantity=2), CartLine(sku=B, quantity=1))


def test_repeated_key_of_a_rejected_order_gives_the_same_error(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=2)
    shortfalls = (Shortfall(sku=A, requested=2, available=1),)
    neighbours.inventory.fail("reserve", OutOfStock(shortfalls=shortfalls))
    errors = []
    for _ in range(2):
        with pytest.raises(StockRanOut) as caught:
            checkout(cart_id, key="k")
        errors.append(caught.value.data)
        neighbours.willing()
    assert errors[0] == errors[1]
    assert neighbours.commands == ["reserve", "release"]
    assert checkout(cart_id, key="another").state is OrderState.PLACED


def test_declined_card_rejects_the_order_and_releases_the_goods(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", CardDeclined(order_id=OrderId(uuid.uuid4()), reason="card_declined"))
    with pytest.raises(PaymentFailed) as caught:
        checkout(new_cart(A=2))
    assert caught.value.reason == "payments.card_declined"
    assert neighbours.commands == ["reserve", "release", "authorise", "void"]
    assert state_of_only_order() == ("rejected", "payments.card_declined")


def test_reservation_that_expired_before_confirming_voids_the_payment(neighbours: Neighbours) -> None:
    gone = ReservationGone(order_id=OrderId(uuid.uuid4()), state=ReservationState.EXPIRED)
    neighbours.inventory.fail("confirm", gone)
    with pytest.raises(StockRanOut):
        checkout(new_cart(A=2))
    assert neighbours.commands == ["reserve", "confirm", "release", "authorise", "void"]


def test_reservation_that_is_gone_when_asked_for_again_holds_nothing(neighbours: Neighbours) -> None:
    reserve = neighbours._reserve
    neighbours.inventory.do("reserve", lambda **asked: replace(reserve(**asked), state=ReservationState.EXPIRED))
    with pytest.raises(StockRanOut):
        checkout(new_cart(A=2))
    assert state_of_only_order() == ("rejected", "inventory.reservation_gone")


def test_refused_capture_gives_everything_back(neighbours: Neighbours) -> None:
    neighbours.payments.fail("capture", CardDeclined(order_id=OrderId(uuid.uuid4()), reason="card_declined"))
    cart_id = new_cart(A=2)
    with pytest.raises(PaymentFailed):
        checkout(cart_id)
    assert neighbours.commands == ["reserve", "confirm", "release", "authorise", "capture", "void"]
    assert use(Orders).cart(cart_id=cart_id).lines == (CartLine(sku=A, quantity=2),)


def test_returned_lines_join_what_was_put_in_the_cart_meanwhile(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=2)

    def refuse(*, order_id: OrderId, amount: Any, payment_method: str) -> None:
        use(Orders).add_to_cart(cart_id=cart_id, sku=B)
        use(Orders).add_to_cart(cart_id=cart_id, sku=A)
        raise CardDeclined(order_id=order_id, reason="card_declined")

    neighbours.payments.do("authorise", refuse)
    with pytest.raises(PaymentFailed):
        checkout(cart_id)
    assert use(Orders).cart(cart_id=cart_id).lines == (CartLine(sku=B, quantity=1), CartLine(sku=A, quantity=2))


def test_silent_provider_leaves_the_order_pending_and_the_job_finishes_it(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    order = checkout(new_cart(A=1), key="k")
    assert order.state is OrderState.PENDING
    assert events() == []
    resume_sagas()
    assert use(Orders).order(order_id=order.order_id).state is OrderState.PENDING, "it is not due yet"
    neighbours.willing()
    make_sagas_due()
    resume_sagas()
    assert use(Orders).order(order_id=order.order_id) == replace(order, state=OrderState.PLACED)
    assert events() == ["orders.order_placed"]
    assert neighbours.commands == ["reserve", "confirm", "authorise", "authorise", "capture"]


@pytest.mark.parametrize("error", [ModuleFailed, ModuleUnavailable])
def test_neighbour_that_stays_away_rejects_the_order_in_the_end(neighbours: Neighbours, error: Any) -> None:
    neighbours.inventory.fail("reserve", error(operation="inventory.reserve", reason="away"))
    order = checkout(new_cart(A=1))
    assert order.state is OrderState.PENDING
    for _ in range(5):
        make_sagas_due()
        resume_sagas()
    assert state_of_only_order() == ("rejected", error.code)
    assert neighbours.commands == [*["reserve"] * 6, "release"]


def test_compensation_is_tried_until_it_succeeds_and_called_stuck_meanwhile(neighbours: Neighbours) -> None:
    neighbours.payments.fail("authorise", CardDeclined(order_id=OrderId(uuid.uuid4()), reason="card_declined"))
    neighbours.payments.fail("void", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    order = checkout(new_cart(A=1))
    assert order.state is OrderState.PENDING
    for _ in range(11):
        make_sagas_due()
        resume_sagas()
    assert instance("orders", id=str(order.order_id)).status is SagaStatus.STUCK
    assert "release" not in neighbours.commands
    neighbours.payments.answer("void", None)
    make_sagas_due()
    resume_sagas()
    assert state_of_only_order() == ("rejected", "payments.card_declined")
    assert neighbours.commands[-1] == "void"
    assert neighbours.inventory.calls_of("release")


def test_repeated_key_carries_a_waiting_order_on(neighbours: Neighbours) -> None:
    cart_id = new_cart(A=1)
    neighbours.payments.fail("capture", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    pending = checkout(cart_id, key="k")
    neighbours.willing()
    assert checkout(cart_id, key="k") == replace(pending, state=OrderState.PLACED)
