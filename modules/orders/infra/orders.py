"""The SQL that reads orders: any number of them with their lines in one statement, and one whose state changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from contracts.inventory import Shortfall
from contracts.kernel import CartId, CustomerId, Money, OrderId, PostalAddress, Sku
from contracts.orders import CartLine, Channel, Order, OrderLine, OrderPage, OrderState
from modules.orders.domain.cart import Lines
from modules.orders.infra.carts import lines_from
from seamline.contract.codec import encode
from seamline.data import connection_for

_LINES = """(
    SELECT coalesce(json_agg(json_build_array(sku, name, quantity, unit_price::text) ORDER BY position), '[]')::text
    FROM sales_order_line AS line WHERE line.order_id = sales_order.order_id
)"""
_COLUMNS = f"""sales_order.order_id, number, customer_id, email, state, channel, total, currency, country,
    ship_to::text, placed_at, rejection, shortfalls::text, cart_id, {_LINES}"""
_BY_ID = f"SELECT {_COLUMNS} FROM sales_order WHERE order_id = ANY(%s)"  # noqa: S608
_LOCK = f"SELECT {_COLUMNS} FROM sales_order WHERE order_id = %s FOR NO KEY UPDATE"  # noqa: S608
_OF_CUSTOMER = f"""
WITH page AS (
    SELECT order_id FROM sales_order WHERE customer_id = %(customer_id)s
    ORDER BY placed_at DESC, order_id LIMIT %(limit)s OFFSET %(offset)s
)
SELECT (SELECT count(*) FROM sales_order WHERE customer_id = %(customer_id)s), found.*
FROM (SELECT) AS always LEFT JOIN (
    SELECT {_COLUMNS} FROM sales_order WHERE order_id IN (SELECT order_id FROM page)
) AS found ON true
ORDER BY found.placed_at DESC, found.order_id
"""  # noqa: S608
_CHECKOUT = f"""
SELECT cart.customer_id, coalesce(cart.lines, '[]')::text, found.*
FROM (SELECT) AS always
LEFT JOIN cart ON cart.cart_id = %(cart_id)s
LEFT JOIN (SELECT {_COLUMNS} FROM sales_order WHERE order_id = %(order_id)s) AS found ON true
"""  # noqa: S608
_MOVE = f"""
UPDATE sales_order SET state = %(to)s, rejection = %(rejection)s, shortfalls = %(shortfalls)s::jsonb
WHERE order_id = %(order_id)s AND state = %(before)s
RETURNING {_COLUMNS}
"""  # noqa: S608
_lines = msgspec.json.Decoder(list[tuple[str, str, int, Decimal]])
_address = msgspec.json.Decoder(PostalAddress)
_shortfalls = msgspec.json.Decoder(tuple[Shortfall, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptOrder:
    """An order with what only this module knows of it."""

    order: Order
    cart_id: CartId | None
    shortfalls: tuple[Shortfall, ...]

    @property
    def cart_lines(self) -> Lines:
        """What it took from its cart."""
        return tuple(CartLine(sku=line.sku, quantity=line.quantity) for line in self.order.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutStart:
    """What a checkout finds: the order of its key, if there is one, and the cart."""

    earlier: KeptOrder | None
    owner: CustomerId | None
    lines: Lines


def by_id(order_ids: Sequence[OrderId]) -> dict[OrderId, KeptOrder]:
    """The known ones among these orders."""
    return {kept.order.order_id: kept for kept in map(_kept, _rows(_BY_ID, [list(order_ids)]))}


def locked(order_id: OrderId) -> KeptOrder | None:
    """One order, locked until the transaction ends."""
    return next((_kept(row) for row in _rows(_LOCK, [order_id])), None)


def of_customer(*, customer_id: CustomerId, offset: int, limit: int) -> OrderPage:
    """A page of a customer's orders, the newest first."""
    rows = _rows(_OF_CUSTOMER, {"customer_id": customer_id, "offset": offset, "limit": limit})
    return OrderPage(orders=tuple(_kept(row[1:]).order for row in rows if row[1] is not None), total=rows[0][0])


def checkout_start(*, order_id: OrderId, cart_id: CartId) -> CheckoutStart:
    """The order and the cart in one look."""
    owner, lines, *row = _rows(_CHECKOUT, {"order_id": order_id, "cart_id": cart_id})[0]
    return CheckoutStart(earlier=None if row[0] is None else _kept(row), owner=owner, lines=lines_from(lines))


def moved(
    order_id: OrderId,
    *,
    before: OrderState,
    to: OrderState,
    rejection: str = "",
    shortfalls: tuple[Shortfall, ...] = (),
) -> KeptOrder:
    """Change the state of an order, and answer it as it is then.

    :raises LookupError: it is not in the state that it should be in before.
    """
    parameters = {
        "order_id": order_id,
        "before": before.value,
        "to": to.value,
        "rejection": rejection,
        "shortfalls": encode(shortfalls).decode() if shortfalls else None,
    }
    for row in _rows(_MOVE, parameters):
        return _kept(row)
    raise LookupError(f"The order {order_id} is not {before}: it cannot become {to}.")


def _kept(row: Sequence[Any]) -> KeptOrder:
    (
        order_id, number, customer_id, email, state, channel, total, currency, country, ship_to, placed_at, rejection,
        shortfalls, cart_id, lines,
    ) = row  # fmt: skip
    order = Order(
        order_id=order_id,
        number=number,
        customer_id=customer_id,
        email=email,
        state=OrderState(state),
        channel=Channel(channel),
        lines=tuple(
            OrderLine(sku=Sku(sku), name=name, quantity=quantity, unit_price=Money(amount=price, currency=currency))
            for sku, name, quantity, price in _lines.decode(lines)
        ),
        total=Money(amount=total, currency=currency),
        country=country,
        ship_to=None if ship_to is None else _address.decode(ship_to),
        placed_at=placed_at,
        rejection=rejection,
    )
    return KeptOrder(
        order=order, cart_id=cart_id, shortfalls=() if shortfalls is None else _shortfalls.decode(shortfalls)
    )


def _rows(sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    with connection_for("orders").cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found
