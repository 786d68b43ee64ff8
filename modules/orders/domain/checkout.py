"""Rules of the checkout: who may be written to and sent to, what the lines cost, how a failure is told. Pure."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping

from contracts.catalog import Product
from contracts.inventory import Shortfall
from contracts.kernel import Money, OrderId, PostalAddress, Sku
from contracts.orders import (
    CartLine,
    InvalidCheckout,
    NotForSale,
    OrderLine,
    OrdersError,
    PaymentFailed,
    StockRanOut,
)

LONGEST_EMAIL = 254
ADDRESS_LENGTHS: Mapping[str, int] = {
    "name": 120,
    "line1": 120,
    "line2": 120,
    "city": 120,
    "postcode": 120,
    "country": 120,
}
_MAY_BE_EMPTY = ("line2",)
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ORDER_IDS = uuid.UUID("6f2b1f6e-6d2c-5b3e-9a53-0d4a0f9a2c11")


def order_id_for(key: str) -> OrderId:
    """The order that a checkout's idempotency key stands for: the same key can never make a second one."""
    return OrderId(uuid.uuid5(_ORDER_IDS, key))


def check_recipient(*, email: str, ship_to: PostalAddress) -> None:
    """Whether the e-mail address and the postal address can be used.

    :raises InvalidCheckout: with the first field that cannot; those of the address as ``ship_to.city``.
    """
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidCheckout(field="email", reason="This is no e-mail address.")
    for field, longest in ADDRESS_LENGTHS.items():
        text: str = getattr(ship_to, field)
        if not text.strip() and field not in _MAY_BE_EMPTY:
            raise InvalidCheckout(field=f"ship_to.{field}", reason="This must not be empty.")
        if len(text) > longest or _CONTROL.search(text):
            raise InvalidCheckout(field=f"ship_to.{field}", reason=f"At most {longest} characters, in one line.")


def priced(lines: Iterable[CartLine], products: Mapping[Sku, Product]) -> tuple[OrderLine, ...]:
    """The order's lines, under the names and at the prices of this moment.

    :raises NotForSale: with every product that is unknown or was withdrawn.
    """
    lines = tuple(lines)
    missing = tuple(line.sku for line in lines if line.sku not in products or not products[line.sku].on_sale)
    if missing:
        raise NotForSale(skus=missing)
    return tuple(
        OrderLine(
            sku=line.sku,
            name=products[line.sku].name,
            quantity=line.quantity,
            unit_price=products[line.sku].price,
        )
        for line in lines
    )


def total_of(lines: Iterable[OrderLine]) -> Money:
    """What the lines cost together.

    :raises ValueError: there is none, or they are in different currencies.
    """
    first, *rest = [line.total for line in lines]
    for amount in rest:
        first = first + amount
    return first


def rejection_error(*, order_id: OrderId, rejection: str, shortfalls: tuple[Shortfall, ...]) -> OrdersError:
    """The error that the buyer gets for a rejected order, each time they ask.

    :param rejection: the code of the error that ended the checkout.
    """
    if rejection.startswith("inventory."):
        return StockRanOut(order_id=order_id, shortfalls=shortfalls)
    return PaymentFailed(order_id=order_id, reason=rejection)
