"""What operators see and do."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contracts.catalog import Catalog
from contracts.kernel import Sku
from modules.catalog.models import PriceChangeRow
from modules.catalog.tests.helpers import pounds, stocked
from seamline.calls import use

WITHDRAW = "/admin/catalog/productrow/RED/withdraw"
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def browser() -> Client:
    stocked()
    client = Client()
    client.force_login(User.objects.create_superuser("operator", "", "a long password"))
    return client


@pytest.mark.parametrize("table", ["productrow", "categoryrow", "pricechangerow"])
def test_lists_are_shown_and_nothing_can_be_added(browser: Client, table: str) -> None:
    assert browser.get(f"/admin/catalog/{table}/").status_code == 200
    assert browser.get(f"/admin/catalog/{table}/add/").status_code == 403


def test_products_are_found_by_name_and_code(browser: Client) -> None:
    assert b"Candle Lantern" in browser.get("/admin/catalog/productrow/", {"q": "lantern"}).content
    assert b"Candle Lantern" not in browser.get("/admin/catalog/productrow/", {"q": "RED"}).content


def test_price_is_changed_by_the_use_case_on_behalf_of_the_operator(browser: Client) -> None:
    url = reverse("admin:catalog_productrow_change_price", args=["RED"])
    data = {"amount": "2.10", "reason": "dearer", "key": "one", "_form_submitted": "on"}
    for _ in range(2):
        assert browser.post(url, data).status_code in (
            200,
            302,
        )
    row = PriceChangeRow.objects.get()
    assert (row.actor, row.reason) == ("operator:operator", "dearer")
    assert use(Catalog).product(sku=Sku("RED")).price == pounds("2.10")


def test_product_is_withdrawn_by_the_use_case(browser: Client) -> None:
    browser.post(
        reverse("admin:catalog_productrow_withdraw", args=["RED"]),
        {"reason": "gone", "key": "one", "_form_submitted": "on"},
    )
    assert not use(Catalog).product(sku=Sku("RED")).on_sale


def test_operator_without_the_permission_may_not(browser: Client) -> None:
    browser.force_login(User.objects.create_user("reader", "", "a long password", is_staff=True))
    response = browser.post(
        reverse("admin:catalog_productrow_withdraw", args=["RED"]),
        {"reason": "gone", "key": "one", "_form_submitted": "on"},
    )
    assert response.status_code == 403
    assert use(Catalog).product(sku=Sku("RED")).on_sale
