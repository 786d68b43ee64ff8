"""The SQL of carts. A cart is one row; whoever changes it holds its lock until the commit.

Callers hold a transaction, except for ``read``. Rules are in ``domain/``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from contracts.kernel import CartId, CustomerId, Sku
from contracts.orders import Cart, CartLine
from modules.orders.domain.cart import Lines
from seamline.contract.codec import encode
from seamline.data import connection_for

REMEMBERED_KEYS = 20

_READ = "SELECT customer_id, lines::text FROM cart WHERE cart_id = %s"
_OPEN = """
INSERT INTO cart (cart_id, customer_id, lines, updated_at) VALUES (%s, %s, '[]', now())
ON CONFLICT (cart_id) DO UPDATE SET customer_id = coalesce(cart.customer_id, excluded.customer_id)
RETURNING customer_id, lines::text, applied
"""
_LOCK = "SELECT cart_id, customer_id, lines::text FROM cart WHERE cart_id = ANY(%s) ORDER BY cart_id FOR NO KEY UPDATE"
_CREATE = (
    "INSERT INTO cart (cart_id, customer_id, lines, updated_at) VALUES (%s, %s, '[]', now()) ON CONFLICT DO NOTHING"
)
_SAVE = "UPDATE cart SET lines = %s::jsonb, applied = %s, updated_at = now() WHERE cart_id = %s"
_SAVE_LINES = "UPDATE cart SET lines = %s::jsonb, customer_id = %s, updated_at = now() WHERE cart_id = %s"
_pairs = msgspec.json.Decoder(list[tuple[str, int]])


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCart:
    """A locked cart, and which additions it holds already."""

    cart: Cart
    applied: tuple[str, ...]

    def holds(self, key: str) -> bool:
        """Whether the addition with this idempotency key was made before."""
        return _digest(key) in self.applied


def read(cart_id: CartId) -> Cart:
    """The cart; an unknown one is empty."""
    for customer_id, lines in _rows(_READ, [cart_id]):
        return Cart(cart_id=cart_id, customer_id=customer_id, lines=lines_from(lines))
    return Cart(cart_id=cart_id, customer_id=None, lines=())


def opened(cart_id: CartId, *, customer_id: CustomerId | None) -> OpenCart:
    """The cart, locked, made if it is new. One without owner gets this customer as owner."""
    owner, lines, applied = _rows(_OPEN, [cart_id, customer_id])[0]
    return OpenCart(cart=Cart(cart_id=cart_id, customer_id=owner, lines=lines_from(lines)), applied=tuple(applied))


def locked(*cart_ids: CartId) -> dict[CartId, Cart]:
    """The known ones among these carts, locked in the order of their ids."""
    return {
        CartId(cart_id): Cart(cart_id=CartId(cart_id), customer_id=customer_id, lines=lines_from(lines))
        for cart_id, customer_id, lines in _rows(_LOCK, [sorted(cart_ids)])
    }


def create(cart_id: CartId, *, customer_id: CustomerId | None) -> None:
    """Make a cart unless there is one."""
    _execute(_CREATE, [cart_id, customer_id])


def save_addition(before: OpenCart, *, lines: Lines, key: str) -> Cart:
    """Write the lines of an opened cart, and that the addition with this key is among them."""
    applied = [*before.applied, _digest(key)][-REMEMBERED_KEYS:]
    _execute(_SAVE, [json_of(lines), applied, before.cart.cart_id])
    return Cart(cart_id=before.cart.cart_id, customer_id=before.cart.customer_id, lines=lines)


def save(cart: Cart) -> Cart:
    """Write a locked cart's lines and owner."""
    _execute(_SAVE_LINES, [json_of(cart.lines), cart.customer_id, cart.cart_id])
    return cart


def lines_from(text: str) -> Lines:
    """Lines as the table holds them."""
    return tuple(CartLine(sku=Sku(sku), quantity=quantity) for sku, quantity in _pairs.decode(text))


def json_of(lines: Lines) -> str:
    """Lines as the table holds them."""
    return encode([(line.sku, line.quantity) for line in lines]).decode()


def _digest(key: str) -> str:
    return hashlib.blake2b(key.encode(), digest_size=12).hexdigest()


def _rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection_for("orders").cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def _execute(sql: str, parameters: Sequence[Any]) -> None:
    with connection_for("orders").cursor() as cursor:
        cursor.execute(sql, parameters)
