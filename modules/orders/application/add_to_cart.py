"""Put units of a product in a cart. The catalogue is asked first, so this is done in steps."""

from __future__ import annotations

from contracts.catalog import Catalog
from contracts.kernel import CartId, CustomerId, Sku
from contracts.orders import Cart, NotForSale
from modules.orders.domain.cart import with_added
from modules.orders.infra import carts
from seamline.calls import current_call, use
from seamline.data import atomic


def add_to_cart(*, cart_id: CartId, sku: Sku, quantity: int, customer_id: CustomerId | None) -> Cart:
    """Add to what is in the cart; run again with the same idempotency key, it adds nothing more.

    :raises NotForSale: the product is unknown or not on sale.
    :raises InvalidQuantity: the quantity, or the sum, is out of range, or the cart is full.
    """
    product = use(Catalog).products(skus=(sku,)).get(sku)
    if product is None or not product.on_sale:
        raise NotForSale(skus=(sku,))
    key = current_call().idempotency_key
    with atomic("orders"):
        opened = carts.opened(cart_id, customer_id=customer_id)
        if opened.holds(key):
            return opened.cart
        lines = with_added(opened.cart.lines, sku=sku, quantity=quantity)
        return carts.save_addition(opened, lines=lines, key=key)
