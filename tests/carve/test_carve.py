"""Orders is carved out of the running shop, rolled back, carved again, finalised and folded, while clients buy.

No request fails, nothing is lost or doubled, by the tokens that the clients keep themselves. A few clients leave time
for the commands beside them; ``python -m benchmarks.carve`` has eight.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from seamline.testing import wait_until
from tests.carve.shop import CarvedShop
from tests.carve.shoppers import Seen, Shoppers
from tests.deployables import buy, project_copy, some_skus

ENOUGH = 8
"""Orders between two steps."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CarvedShop]:
    with CarvedShop(root=project_copy(tmp_path_factory.mktemp("carve"))) as started:
        started.fill_shelves()
        yield started


def test_module_goes_and_comes_under_traffic_and_no_client_notices(shop: CarvedShop) -> None:
    with Shoppers(port=shop.port, skus=some_skus(shop.address), clients=3, pause=0.2) as seen:
        _shop_on(seen)
        usual = seen.longest_gap()
        planned = shop.carve("plan", "orders", "--hub", shop.address)
        assert planned["ready"]
        assert any("orders.place_order was called" in reason["text"] for reason in planned["reasons"])
        ready = shop.carve("start", "orders", "--hub", shop.address)
        assert ready["state"] == "ready"
        assert shop.carve("verify", "orders")["same"] is True
        stalls = []
        assert shop.carve("resume", "orders")["phase"] == "ready"
        for words in (("cutover", "orders"), ("rollback", "orders"), ("cutover", "orders"), ("finalise", "orders")):
            done = shop.carve(*words, "--no-input")
            if "stall" in done:
                stalls.append(done["stall"]["total"])
            _shop_on(seen)
        assert [state["phase"] for state in shop.carve("status")["carves"]] == ["final"]
        assert shop.rows("orders", "SELECT count(*) > 300 FROM sales_order", server="orders") == [(True,)]
        assert not _has_schema(shop, "orders")
        folded = shop.run("fold", "orders", "--no-input")
        stalls.append(folded["stall"]["total"])
        _shop_on(seen)
    print(f"{len(seen.orders)} orders, {seen.requests} requests; stalls in seconds {stalls}")
    print(f"longest gap {seen.longest_gap():.3f} s, before {usual:.3f} s")
    # A machine that is busy with other tests may use up a query's 0.3 s; the benchmark allows no failure.
    assert [failure for failure in seen.failures if "deadline_exceeded" not in failure] == []
    assert len(seen.failures) <= seen.requests // 100
    assert len(seen.orders) >= 6 * ENOUGH
    assert shop.carve("status")["carves"] == []
    _assert_nothing_is_lost_or_doubled(shop, seen)


@pytest.mark.split_run
def test_carved_module_goes_on_to_another_server_and_a_new_start_finds_it_there(shop: CarvedShop) -> None:
    for server in ("payments", "payments-2"):
        shop.carve("start", "payments", "--hub", shop.address)
        shop.carve("cutover", "payments", "--no-input")
        shop.carve("finalise", "payments", "--no-input")
        buy(shop.address)
        assert shop.rows("payments", "SELECT count(*) > 300 FROM payment", server=server) == [(True,)]
    shop.end()
    shop.server("payments").stop()
    shop.start()
    order = buy(shop.address)
    paid = f"SELECT count(*) FROM payment WHERE order_id = '{order}'"
    assert shop.rows("payments", paid, server="payments-2") == [(1,)]
    assert "The service of payments" in shop.said()
    shop.run("fold", "payments", "--no-input")
    assert shop.rows("payments", paid) == [(1,)]


def _shop_on(seen: Seen) -> None:
    before = len(seen.orders)
    wait_until(lambda: len(seen.orders) >= before + ENOUGH, seconds=60, what="more orders")


def _has_schema(shop: CarvedShop, module: str) -> bool:
    return bool(shop.rows("platform", f"SELECT FROM pg_namespace WHERE nspname = '{module}'"))


def _assert_nothing_is_lost_or_doubled(shop: CarvedShop, seen: Seen) -> None:
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
