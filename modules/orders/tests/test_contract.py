"""The behaviour that the orders' contract promises of carts and queries, through the client, directly and by codec.

The checkout's and the cancellation's part is in ``test_checkout.py`` and ``test_cancelling.py``.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from contracts.kernel import CartId, CustomerId, Money, OrderId, Sku
from contracts.orders import (
    Cart,
    CartLine,
    Channel,
    InvalidQuantity,
    NotForSale,
    OrderPage,
    Orders,
    OrderState,
    UnknownOrder,
)
from modules.orders.tests.helpers import A, B, Neighbours, events, new_cart, rows, sale
from seamline.calls import use
from seamline.contract import IdempotencyKeyReuse, ModuleFailed

pytestmark = pytest.mark.usefixtures("neighbours", "runner")


def lines(cart_id: CartId) -> list[tuple[str, int]]:
    return [(line.sku, line.quantity) for line in use(Orders).cart(cart_id=cart_id).lines]


def new_customer() -> CustomerId:
    return CustomerId(uuid.uuid4())


def test_unknown_cart_is_empty() -> None:
    cart_id = CartId(uuid.uuid4())
    assert use(Orders).cart(cart_id=cart_id) == Cart(cart_id=cart_id, customer_id=None, lines=())


def test_added_units_come_on_top_and_lines_keep_their_order() -> None:
    cart_id, customer_id = CartId(uuid.uuid4()), new_customer()
    use(Orders).add_to_cart(cart_id=cart_id, sku=B)
    use(Orders).add_to_cart(cart_id=cart_id, sku=A, quantity=2, customer_id=customer_id)
    cart = use(Orders).add_to_cart(cart_id=cart_id, sku=B, quantity=3)
    assert cart == Cart(
        cart_id=cart_id, customer_id=customer_id, lines=(CartLine(sku=B, quantity=4), CartLine(sku=A, quantity=2))
    )
    assert use(Orders).cart(cart_id=cart_id) == cart


def test_addition_that_arrives_twice_counts_once() -> None:
    cart_id = CartId(uuid.uuid4())
    first = use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A, quantity=2)
    assert use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A, quantity=2) == first
    assert lines(cart_id) == [("A", 2)]
    with pytest.raises(IdempotencyKeyReuse):
        use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A, quantity=3)


def test_addition_repeated_after_a_crash_before_its_answer_was_kept_counts_once() -> None:
    cart_id = CartId(uuid.uuid4())
    use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A, quantity=2)
    rows("UPDATE idempotency_key SET finished = false, result = NULL RETURNING key")
    use(Orders).add_to_cart(cart_id=cart_id, sku=A)
    use(Orders, idempotency_key="k").add_to_cart(cart_id=cart_id, sku=A, quantity=2)
    assert lines(cart_id) == [("A", 3)]


def test_what_is_not_on_sale_cannot_be_added(neighbours: Neighbours) -> None:
    neighbours.withdrawn.add(A)
    cart_id = CartId(uuid.uuid4())
    for sku in (A, Sku("UNKNOWN")):
        with pytest.raises(NotForSale) as caught:
            use(Orders).add_to_cart(cart_id=cart_id, sku=sku)
        assert caught.value.skus == (sku,)
    assert lines(cart_id) == []


@pytest.mark.parametrize("quantity", [0, -1, 1001])
def test_quantity_out_of_range_is_refused(quantity: int) -> None:
    cart_id = new_cart(A=1)
    with pytest.raises(InvalidQuantity) as caught:
        use(Orders).add_to_cart(cart_id=cart_id, sku=A, quantity=quantity)
    assert (caught.value.sku, caught.value.quantity, caught.value.largest) == (A, quantity, 1000)
    assert lines(cart_id) == [("A", 1)]


def test_sum_out_of_range_is_refused() -> None:
    cart_id = new_cart(A=999)
    with pytest.raises(InvalidQuantity) as caught:
        use(Orders).add_to_cart(cart_id=cart_id, sku=A, quantity=2)
    assert caught.value.quantity == 1001


def test_change_sets_the_units_and_zero_takes_the_product_out() -> None:
    cart_id = new_cart(A=1, B=2)
    use(Orders).change_cart(cart_id=cart_id, sku=A, quantity=7)
    assert lines(cart_id) == [("A", 7), ("B", 2)]
    use(Orders).change_cart(cart_id=cart_id, sku=A, quantity=0)
    assert lines(cart_id) == [("B", 2)]
    with pytest.raises(InvalidQuantity):
        use(Orders).change_cart(cart_id=cart_id, sku=B, quantity=1001)


def test_change_of_what_is_not_in_the_cart_changes_nothing() -> None:
    cart_id = new_cart(A=1)
    use(Orders).change_cart(cart_id=cart_id, sku=B, quantity=7)
    assert lines(cart_id) == [("A", 1)]
    assert use(Orders).change_cart(cart_id=CartId(uuid.uuid4()), sku=B, quantity=7).lines == ()


def test_change_that_arrives_twice_has_its_effect_once() -> None:
    cart_id = new_cart(A=1)
    first = use(Orders, idempotency_key="k").change_cart(cart_id=cart_id, sku=A, quantity=5)
    use(Orders).change_cart(cart_id=cart_id, sku=A, quantity=9)
    assert use(Orders, idempotency_key="k").change_cart(cart_id=cart_id, sku=A, quantity=5) == first
    assert lines(cart_id) == [("A", 9)]


def test_merged_cart_holds_both_with_the_larger_quantities_and_belongs_to_the_customer() -> None:
    source, target, customer_id = new_cart(A=5, B=1), new_cart(B=3), new_customer()
    cart = use(Orders, idempotency_key="k").merge_carts(source=source, target=target, customer_id=customer_id)
    assert cart.customer_id == customer_id
    assert lines(target) == [("B", 3), ("A", 5)]
    assert lines(source) == []
    assert use(Orders, idempotency_key="k").merge_carts(source=source, target=target, customer_id=customer_id) == cart


def test_merge_into_a_new_cart_and_from_an_unknown_one() -> None:
    source, customer_id = new_cart(A=5), new_customer()
    target = CartId(uuid.uuid4())
    use(Orders).merge_carts(source=CartId(uuid.uuid4()), target=target, customer_id=customer_id)
    use(Orders).merge_carts(source=source, target=target, customer_id=customer_id)
    use(Orders).merge_carts(source=target, target=target, customer_id=customer_id)
    assert lines(target) == [("A", 5)]


def test_merge_leaves_another_customers_cart_alone() -> None:
    source, mine = CartId(uuid.uuid4()), new_cart(B=1)
    use(Orders).add_to_cart(cart_id=source, sku=A, customer_id=new_customer())
    use(Orders).merge_carts(source=source, target=mine, customer_id=new_customer())
    assert lines(source) == [("A", 1)]
    assert lines(mine) == [("B", 1)]


def test_taken_over_sale_is_an_order_as_it_happened() -> None:
    record = sale("536365", customer_id=new_customer())
    assert use(Orders).put_sales(sales=(record,)) == 1
    order = use(Orders).order(order_id=record.order_id)
    assert (order.number, order.customer_id, order.email) == ("536365", record.customer_id, "")
    assert (order.state, order.channel, order.ship_to) == (OrderState.PLACED, Channel.IMPORT, None)
    assert (order.lines, order.total, order.country) == (record.lines, record.total, "France")
    assert order.placed_at == record.placed_at
    assert events() == ["orders.order_placed"]


def test_credit_note_is_taken_over_with_its_own_event() -> None:
    record = sale("C536365", units=-2)
    use(Orders).put_sales(sales=(record,))
    assert use(Orders).order(order_id=record.order_id).total == Money(amount=record.total.amount)
    assert events() == ["orders.credit_note_issued"]


def test_sales_are_taken_over_once_whatever_the_key() -> None:
    first, second = sale("1"), sale("2")
    assert use(Orders, idempotency_key="k").put_sales(sales=(first, first)) == 1
    assert use(Orders, idempotency_key="k").put_sales(sales=(first, first)) == 1
    assert use(Orders).put_sales(sales=(first, second)) == 1
    assert rows("SELECT count(*) FROM sales_order_line") == [(2,)]
    assert len(events()) == 2


def test_sale_with_mixed_currencies_is_refused_as_a_whole() -> None:
    wrong = sale("2", total=Money(amount=sale("2").total.amount, currency="EUR"))
    with pytest.raises(ModuleFailed):
        use(Orders).put_sales(sales=(sale("1"), wrong))
    assert rows("SELECT count(*) FROM sales_order") == [(0,)]


def test_unknown_order_is_told() -> None:
    order_id = OrderId(uuid.uuid4())
    with pytest.raises(UnknownOrder) as caught:
        use(Orders).order(order_id=order_id)
    assert caught.value.order_id == order_id


def test_orders_by_id_leave_out_unknown_ones() -> None:
    known = sale("1")
    use(Orders).put_sales(sales=(known,))
    found = use(Orders).orders_by_id(order_ids=(known.order_id, OrderId(uuid.uuid4())))
    assert found == {known.order_id: use(Orders).order(order_id=known.order_id)}


def test_orders_of_a_customer_come_newest_first_and_page_by_page() -> None:
    customer_id, start = new_customer(), datetime(2011, 1, 1, tzinfo=UTC)
    records = [sale(str(day), customer_id=customer_id, placed_at=start + timedelta(days=day)) for day in range(5)]
    use(Orders).put_sales(sales=(*records, sale("other", customer_id=new_customer())))
    page = use(Orders).orders_of(customer_id=customer_id, offset=1, limit=2)
    assert [order.number for order in page.orders] == ["3", "2"]
    assert page.total == 5
    assert page.orders[0].lines == records[3].lines
    assert use(Orders).orders_of(customer_id=customer_id, offset=9) == OrderPage(orders=(), total=5)
    assert use(Orders).orders_of(customer_id=new_customer()) == OrderPage(orders=(), total=0)
