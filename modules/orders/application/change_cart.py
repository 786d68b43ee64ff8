"""Set how many units of a product are in a cart."""

from __future__ import annotations

from dataclasses import replace

from contracts.kernel import CartId, Sku
from contracts.orders import Cart
from modules.orders.domain.cart import with_changed
from modules.orders.infra import carts


def change_cart(*, cart_id: CartId, sku: Sku, quantity: int) -> Cart:
    """Change a product that is in the cart, 0 takes it out; one that is not in it stays out.

    :raises InvalidQuantity: the quantity is out of range.
    """
    found = carts.locked(cart_id).get(cart_id, Cart(cart_id=cart_id, customer_id=None, lines=()))
    lines = with_changed(found.lines, sku=sku, quantity=quantity)
    return found if lines == found.lines else carts.save(replace(found, lines=lines))
