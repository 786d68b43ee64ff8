"""The demo shop: sensible, the same every time; and when it is chosen."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from project.demo.logins import demo_logins
from project.demo.shipment import demo_shipment
from project.retail.locating import retail_file
from project.retail.source import RetailFileError


def test_demo_is_the_same_every_time() -> None:
    first = demo_shipment()
    demo_shipment.cache_clear()
    assert demo_shipment() == first


def test_demo_products_have_category_description_price_and_stock() -> None:
    shipment = demo_shipment()
    categories = {category.slug for category in shipment.categories}
    assert (len(shipment.products), len(categories)) == (60, 8)
    assert len({product.name for product in shipment.products}) == 60
    for product in shipment.products:
        assert product.category in categories
        assert len(product.description) > 25
        assert product.price.amount > 0
    for record in shipment.stock:
        assert record.received - record.sold + record.returned + record.corrected == 40


def test_demo_baskets_show_what_goes_together() -> None:
    pairs = Counter(
        pair for sale in demo_shipment().sales for pair in combinations(sorted({line.sku for line in sale.lines}), 2)
    )
    assert pairs["GD01", "GD02"] >= 5
    assert pairs["GD01", "GD02"] > pairs["GD01", "CH01"]


def test_demo_orders_add_up_and_nobody_returns_what_they_did_not_buy() -> None:
    for sale in demo_shipment().sales:
        assert sale.total.amount == sum((line.total.amount for line in sale.lines), Decimal(0))
        assert (sale.total.amount < 0) is sale.is_credit_note
    sold = Counter({record.sku: record.sold for record in demo_shipment().stock})
    assert all(record.returned <= sold[record.sku] for record in demo_shipment().stock)


def test_file_beside_the_repository_is_found_and_its_absence_means_the_demo(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    assert retail_file(root=root, named="") is None
    beside = tmp_path / "shared" / "data" / "online_retail.csv.xz"
    beside.parent.mkdir(parents=True)
    beside.touch()
    assert retail_file(root=root, named="") == beside
    assert retail_file(root=root, named="demo") is None


def test_named_file_that_is_not_there_is_an_error_not_the_demo(tmp_path: Path) -> None:
    with pytest.raises(RetailFileError, match="SEAMLINE_RETAIL_FILE names"):
        retail_file(root=tmp_path, named=str(tmp_path / "nowhere.csv"))


def test_demo_logins_name_a_customer_and_an_operator() -> None:
    assert [login.user_name for login in demo_logins()] == ["demo@example.com", "operator"]
    assert all(len(login.password) >= 10 for login in demo_logins())
