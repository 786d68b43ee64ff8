"""Move what is in one cart into another, which then belongs to a customer; as after a login."""

from __future__ import annotations

from dataclasses import replace

from contracts.kernel import CartId, CustomerId
from contracts.orders import Cart
from modules.orders.domain.cart import merged
from modules.orders.infra import carts


def merge_carts(*, source: CartId, target: CartId, customer_id: CustomerId) -> Cart:
    """The target with both carts' lines. What finds no room stays in the source; another customer's source is left."""
    carts.create(target, customer_id=customer_id)
    found = carts.locked(source, target)
    into = replace(found[target], customer_id=customer_id)
    taken = found.get(source)
    if taken is None or source == target or taken.customer_id not in (None, customer_id):
        return carts.save(into)
    lines, left = merged(taken.lines, into.lines)
    if left != taken.lines:
        carts.save(replace(taken, lines=left))
    return carts.save(replace(into, lines=lines))
