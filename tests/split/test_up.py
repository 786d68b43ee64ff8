"""``manage.py up --split orders,payments``: bought from, and each of its processes killed in the middle of that."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Iterator

import pytest

from seamline.testing import wait_until
from tests.deployables import buy, project_copy, some_skus
from tests.split.buyers import BUDGET, EMAIL, Buyers
from tests.split.shop import SplitShop

ORDERS = 30
UNAVAILABLE = {0, 502, 503, 504}
"""Statuses of a part that is away; 0 is the hub itself."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SplitShop]:
    with SplitShop(root=project_copy(tmp_path_factory.mktemp("split")), split="orders,payments") as started:
        yield started


def test_split_shop_says_where_its_parts_are_and_serves_everything_at_the_hub(shop: SplitShop) -> None:
    assert shop.ports.keys() == {"hub", "orders", "payments"}
    assert shop.ports["hub"] == shop.port
    assert len(set(shop.ports.values())) == 3
    for path in ("/", "/health/ready", "/api/docs/", "/admin/login/", "/basket/"):
        with urllib.request.urlopen(f"{shop.address}{path}", timeout=20) as answer:
            assert answer.status == 200


def test_each_part_has_the_tables_of_its_modules_alone(shop: SplitShop) -> None:
    def schemas(part: str) -> set[str]:
        found = shop.rows(part, "platform", "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information'")
        return {name for (name,) in found} - {"public"}

    assert schemas("orders") == {"orders", "platform"}
    assert schemas("payments") == {"payments", "platform"}
    assert not schemas("hub") & {"orders", "payments"}
    assert shop.rows("orders", "orders", "SELECT count(*) > 300 FROM sales_order WHERE channel = 'imported'")


def test_purchase_reaches_subscribers_in_another_process(shop: SplitShop) -> None:
    order = buy(shop.address)
    mails = f"SELECT count(*) FROM message WHERE kind = 'order_placed' AND about = '{order}'"
    wait_until(lambda: shop.rows("hub", "notifications", mails) == [(1,)], seconds=20, what="the mail")


@pytest.mark.parametrize(
    ("part", "postgres"),
    [
        pytest.param("orders", False, id="orders"),
        pytest.param("payments", True, id="postgresql", marks=pytest.mark.split_run),
        pytest.param("hub", False, id="hub", marks=pytest.mark.split_run),
    ],
)
def test_what_is_killed_in_the_middle_of_purchases_comes_back_and_nothing_is_lost_or_doubled(
    shop: SplitShop, part: str, postgres: bool
) -> None:
    buyers = Buyers(port=shop.port, skus=some_skus(shop.address), orders=ORDERS, threads=4)
    buyers.start()
    wait_until(lambda: len(buyers.told.placed) >= 5, seconds=30, what="the first orders")
    killed_at = time.monotonic()
    if postgres:
        shop.kill_postgres(part)
    else:
        shop.kill(part)
    if part == "orders":
        _end_leases(shop)
    told = buyers.join()
    outage = time.monotonic() - killed_at
    assert len(set(told.placed)) == len(told.placed) == ORDERS
    assert set(told.failures) <= UNAVAILABLE, told.failures
    assert told.slowest < BUDGET, told
    print(f"{part}: {dict(told.failures)} failed, the slowest took {told.slowest:.1f} s, all in {outage:.1f} s")
    _assert_books_agree(shop, told.placed)


def _end_leases(shop: SplitShop) -> None:
    """As if the time was over in which a checkout that lost its process is left alone."""
    ended = "now() - interval '1 second'"
    shop.rows(
        "orders",
        "orders",
        f"UPDATE saga_instance SET next_at = {ended}, lease_until = {ended} WHERE lease_owner IS NOT NULL RETURNING id",
    )


def _assert_books_agree(shop: SplitShop, placed: list[str]) -> None:
    listed = ", ".join(f"'{order}'" for order in placed)
    states = shop.rows("orders", "orders", f"SELECT state FROM sales_order WHERE order_id IN ({listed})")
    assert states == [("placed",)] * len(placed)
    everyone = f"SELECT order_id FROM sales_order WHERE email = '{EMAIL}'"
    wait_until(
        lambda: shop.rows("orders", "orders", f"{everyone} AND state = 'pending'") == [],
        seconds=40,
        what="all checkouts",
    )
    ((owed,),) = shop.rows(
        "orders",
        "orders",
        "SELECT coalesce(sum(total), 0) FROM sales_order WHERE cart_id IS NOT NULL AND state = 'placed'",
    )
    ((taken,),) = shop.rows("payments", "payments", "SELECT coalesce(sum(captured - refunded), 0) FROM sandbox_charge")
    assert taken == owed, "the provider has exactly the money of the placed orders"
    confirmed = shop.rows("hub", "inventory", "SELECT order_id::text FROM reservation WHERE state = 'confirmed'")
    ordered = shop.rows(
        "orders", "orders", "SELECT order_id::text FROM sales_order WHERE cart_id IS NOT NULL AND state = 'placed'"
    )
    assert sorted(confirmed) == sorted(ordered)
    assert shop.rows("hub", "inventory", "SELECT sku FROM stock_item WHERE reserved <> 0") == []
    mails = f"SELECT about, count(*) FROM message WHERE kind = 'order_placed' AND about IN ({listed}) GROUP BY about"
    wait_until(
        lambda: sorted(shop.rows("hub", "notifications", mails)) == sorted((order, 1) for order in placed),
        seconds=30,
        what="one mail for each order",
    )
