"""The tokens that clients kept, held against the databases of all modules."""

from __future__ import annotations

from seamline.testing import wait_until
from tests.carve.shop import CarvedShop
from tests.carve.shoppers import Seen


def assert_nothing_is_lost_or_doubled(shop: CarvedShop, seen: Seen) -> None:
    """Each order that a client was told of is there once: the order, its event, its mail, its payment."""
    placed = shop.rows(
        "orders", "SELECT order_id::text FROM sales_order WHERE channel <> 'imported' AND state = 'placed'"
    )
    kept = [order for (order,) in placed]
    assert len(kept) == len(set(kept))
    assert set(seen.orders.values()) <= set(kept), "an acknowledged order is lost"
    assert len(set(seen.orders.values())) == len(seen.orders)
    events = shop.rows("orders", "SELECT position, key FROM event_log WHERE name = 'orders.order_placed'")
    assert len({position for position, _ in events}) == len(events)
    keys = [key for _, key in events]
    assert all(keys.count(order) == 1 for order in seen.orders.values()), "an event is lost or doubled"
    wait_until(
        lambda: _mails(shop) >= set(seen.orders.values()), seconds=60, every=0.5, what="the mails about all orders"
    )
    paid = shop.rows("payments", "SELECT order_id::text, count(*) FROM payment GROUP BY 1")
    assert all(dict(paid)[order] == 1 for order in seen.orders.values())


def _mails(shop: CarvedShop) -> set[str]:
    found = shop.rows("notifications", "SELECT about, count(*) FROM message WHERE kind = 'order_placed' GROUP BY 1")
    assert all(count == 1 for _, count in found), "a subscriber was told twice"
    return {about for about, _ in found}
