"""The SQL that makes orders: one from a cart, taking its lines in the same statement; or many taken over at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from contracts.kernel import CartId, CustomerId, Money, OrderId, PostalAddress
from contracts.orders import Channel, OrderLine, OrderState, SaleRecord
from modules.orders.domain.cart import Lines
from modules.orders.infra.carts import json_of
from seamline.contract.codec import encode
from seamline.data import connection_for

# Compare and take: of two checkouts of one cart, the second waits for the row and then finds other lines.
_FROM_CART = """
WITH taken AS (
    UPDATE cart SET lines = '[]', updated_at = %(now)s
    WHERE cart_id = %(cart_id)s AND lines = %(cart_lines)s::jsonb RETURNING cart_id
), made AS (
    INSERT INTO sales_order (order_id, number, customer_id, email, state, channel, is_credit_note, total, currency,
                             country, ship_to, cart_id, placed_at, rejection)
    SELECT %(order_id)s, 'S-' || lpad(n::text, greatest(6, length(n::text)), '0'), %(customer_id)s, %(email)s,
           %(state)s, %(channel)s, false, %(total)s, %(currency)s, %(country)s, %(ship_to)s::jsonb, cart_id, %(now)s, ''
    FROM taken, nextval('order_number') AS n
    RETURNING order_id, number
), lines AS (
    INSERT INTO sales_order_line (order_id, position, sku, name, quantity, unit_price)
    SELECT order_id, position, sku, name, quantity, unit_price
    FROM made, unnest(%(skus)s::text[], %(names)s::text[], %(quantities)s::int[], %(prices)s::numeric[])
        WITH ORDINALITY AS line (sku, name, quantity, unit_price, position)
)
SELECT number FROM made
"""
_TAKE_OVER = """
INSERT INTO sales_order (order_id, number, customer_id, email, state, channel, is_credit_note, total, currency, country,
                         placed_at, rejection)
SELECT order_id, number, customer_id, '', %s, %s, is_credit_note, total, currency, country, placed_at, ''
FROM unnest(%s::uuid[], %s::text[], %s::uuid[], %s::boolean[], %s::numeric[], %s::text[], %s::text[], %s::timestamptz[])
    AS sale (order_id, number, customer_id, is_credit_note, total, currency, country, placed_at)
ON CONFLICT (order_id) DO NOTHING
RETURNING order_id
"""
_COPY_LINES = "COPY sales_order_line (order_id, position, sku, name, quantity, unit_price) FROM STDIN"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """An order that is to be made from a cart."""

    order_id: OrderId
    cart_id: CartId
    customer_id: CustomerId | None
    email: str
    ship_to: PostalAddress
    lines: tuple[OrderLine, ...]
    total: Money
    placed_at: datetime


def make_from_cart(new: NewOrder, *, cart_lines: Lines) -> bool:
    """Empty the cart into a pending order with the next number; False where the cart holds other lines by now.

    :raises IntegrityError: the order exists.
    """
    parameters: dict[str, Any] = {
        "cart_id": new.cart_id,
        "cart_lines": json_of(cart_lines),
        "order_id": new.order_id,
        "customer_id": new.customer_id,
        "email": new.email,
        "state": OrderState.PENDING.value,
        "channel": Channel.SHOP.value,
        "total": new.total.amount,
        "currency": new.total.currency,
        "country": new.ship_to.country,
        "ship_to": encode(new.ship_to).decode(),
        "now": new.placed_at,
        "skus": [line.sku for line in new.lines],
        "names": [line.name for line in new.lines],
        "quantities": [line.quantity for line in new.lines],
        "prices": [line.unit_price.amount for line in new.lines],
    }
    with connection_for("orders").cursor() as cursor:
        cursor.execute(_FROM_CART, parameters)
        return cursor.fetchone() is not None


def take_over(sales: Sequence[SaleRecord]) -> tuple[SaleRecord, ...]:
    """Write sales and credit notes from elsewhere with their lines; those that were new. Known ones stay untouched."""
    columns: list[list[Any]] = [
        [sale.order_id for sale in sales],
        [sale.number for sale in sales],
        [sale.customer_id for sale in sales],
        [sale.is_credit_note for sale in sales],
        [sale.total.amount for sale in sales],
        [sale.total.currency for sale in sales],
        [sale.country for sale in sales],
        [sale.placed_at for sale in sales],
    ]
    with connection_for("orders").cursor() as cursor:
        cursor.execute(_TAKE_OVER, [OrderState.PLACED.value, Channel.IMPORT.value, *columns])
        made = {row[0] for row in cursor.fetchall()}
        new = tuple(sale for sale in sales if sale.order_id in made)
        with cursor.copy(_COPY_LINES) as copy:
            for sale in new:
                for position, line in enumerate(sale.lines, start=1):
                    copy.write_row(_row(sale, position, line))
    return new


def _row(sale: SaleRecord, position: int, line: OrderLine) -> tuple[OrderId, int, str, str, int, Decimal]:
    return sale.order_id, position, line.sku, line.name, line.quantity, line.unit_price.amount
