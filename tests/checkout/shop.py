"""A small shop for these tests: products with stock, cards, checkouts, and the books of all modules to compare."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from typing import Any

from django.db import connections

from contracts.catalog import Catalog, CategoryDraft, ProductDraft
from contracts.inventory import Inventory
from contracts.kernel import CartId, Money, PostalAddress, Sku
from contracts.orders import Order, Orders
from contracts.payments import Payments
from seamline.calls import use
from seamline.contract import Secret
from seamline.testing.split import rows

ADDRESS = PostalAddress(name="Ada", line1="1 Road", city="Town", postcode="SW1A 1AA", country="United Kingdom")
BAG, MUG = Sku("BAG"), Sku("MUG")
STOCK = 10
APPROVES, DECLINES, DECLINES_CAPTURE, LOSES_ANSWER, LOSES_REQUEST = (
    "4242424242424242",
    "4000000000000002",
    "4000000000000341",
    "4000000000000119",
    "4000000000000127",
)
_BOUNDARIES = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def open_shop(*, stock: int = STOCK) -> None:
    """Two products with so many units each."""
    price = Money(amount=Decimal("4.95"))
    use(Catalog).put_products(
        categories=(CategoryDraft(slug="things", name="Things"),),
        products=tuple(ProductDraft(sku=sku, name=f"Nice {sku}", price=price, category="things") for sku in (BAG, MUG)),
    )
    for sku in (BAG, MUG):
        use(Inventory).adjust(sku=sku, change=stock, reason="received")


def card(number: str = APPROVES) -> str:
    """A token to pay with."""
    method = use(Payments).register_card(
        number=Secret(number), expiry_month=12, expiry_year=2030, security_code=Secret("123")
    )
    return method.token


def filled_cart(*, units: int = 1) -> CartId:
    """A cart with so many bags and one mug."""
    cart_id = CartId(uuid.uuid4())
    use(Orders).add_to_cart(cart_id=cart_id, sku=BAG, quantity=units)
    use(Orders).add_to_cart(cart_id=cart_id, sku=MUG)
    return cart_id


def buy(cart_id: CartId, token: str, *, key: str | None = None) -> Order:
    """Buy a cart."""
    return use(Orders, idempotency_key=key).place_order(
        cart_id=cart_id, email="ada@example.com", ship_to=ADDRESS, payment_method=token
    )


def make_sagas_due() -> None:
    """As if all waits and leases were over."""
    rows(
        "orders",
        """UPDATE saga_instance SET next_at = now() - interval '1 second',
        lease_until = CASE WHEN lease_owner IS NOT NULL THEN now() - interval '1 second' END RETURNING id""",
    )


def assert_books_agree(*, stock: int = STOCK) -> None:
    """No order without its reservation and payment, none without an order, and no money or goods twice."""
    states = dict(rows("orders", "SELECT order_id, state FROM sales_order"))
    assert "pending" not in states.values(), "every checkout has ended"
    reservations = dict(rows("inventory", "SELECT order_id, state FROM reservation"))
    payments = dict(rows("payments", "SELECT order_id, state FROM payment WHERE NOT never_started"))
    placed = {order_id for order_id, state in states.items() if state == "placed"}
    assert {order_id for order_id, state in reservations.items() if state == "confirmed"} == placed
    assert {order_id for order_id, state in payments.items() if state == "captured"} == placed
    assert not [order_id for order_id, state in reservations.items() if state == "held"]
    assert not [order_id for order_id, state in payments.items() if state in ("pending", "authorised")]
    sold = rows(
        "orders",
        """SELECT sku, sum(quantity) FROM sales_order_line JOIN sales_order USING (order_id)
        WHERE state = 'placed' GROUP BY sku""",
    )
    on_shelf = {sku: units for sku, units, _ in rows("inventory", "SELECT sku, on_hand, reserved FROM stock_item")}
    assert on_shelf == {sku: stock - dict(sold).get(sku, 0) for sku in (BAG, MUG)}
    assert rows("inventory", "SELECT sku FROM stock_item WHERE reserved <> 0") == []
    (taken,) = rows("payments", "SELECT coalesce(sum(captured - refunded), 0) FROM sandbox_charge")[0]
    (spent,) = rows(
        "payments",
        """SELECT coalesce(-sum(amount), 0) FROM ledger_entry
        WHERE account = 'stored_value' AND stream NOT LIKE 'payment:%'""",
    )[0]
    (owed,) = rows("orders", "SELECT coalesce(sum(total), 0) FROM sales_order WHERE state = 'placed'")[0]
    assert taken + spent == owed, "provider, wallets and gift cards gave exactly the money of the placed orders"
    events = rows("orders", "SELECT name, count(*), count(DISTINCT key) FROM event_log GROUP BY name")
    assert all(total == distinct for _, total, distinct in events), "each order's outcome is told once"
    assert {name: total for name, total, _ in events}.get("orders.order_placed", 0) == len(placed)


@contextmanager
def counted_statements() -> Iterator[dict[str, list[str]]]:
    """The statements of the block, by alias; BEGIN and COMMIT are not counted."""
    counted: dict[str, list[str]] = {}
    with ExitStack() as stack:
        for alias in connections:
            seen = counted.setdefault(alias, [])

            def note(execute: Any, sql: str, *rest: Any, seen: list[str] = seen) -> Any:
                if not sql.lstrip().upper().startswith(_BOUNDARIES):
                    seen.append(sql)
                return execute(sql, *rest)

            stack.enter_context(connections[alias].execute_wrapper(note))
        yield counted
