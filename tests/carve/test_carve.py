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
from tests.carve.tokens import assert_nothing_is_lost_or_doubled
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
    assert_nothing_is_lost_or_doubled(shop, seen)


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
