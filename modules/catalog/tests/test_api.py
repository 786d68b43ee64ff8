"""The catalog over HTTP."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from contracts.catalog import Catalog
from contracts.kernel import Sku
from modules.catalog.tests.helpers import pounds, stocked
from seamline.calls import use
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
BASE = "/api/v1/catalog"


@pytest.fixture
def client() -> APIClient:
    stocked()
    return APIClient()


@pytest.fixture
def operator(client: APIClient) -> APIClient:
    client.force_authenticate(Principal(operator="ann", permissions=frozenset(("*",))))
    return client


def test_search_answers_a_page_with_links(client: APIClient) -> None:
    first = client.get(f"{BASE}/products/", {"order": "name", "limit": 3}).json()
    assert (first["count"], first["previous"]) == (4, None)
    assert [product["sku"] for product in first["results"]] == ["LAMP", "LUNCH", "RED"]
    assert first["results"][0]["price"] == {"amount": "12.50", "currency": "GBP"}
    second = client.get(first["next"]).json()
    assert [product["sku"] for product in second["results"]] == ["HEART"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"offset": -1}, "offset"),
        ({"order": "random"}, "order"),
        ({"minimum_price": "cheap"}, "minimum_price"),
        ({"category": "Not A Slug"}, "category"),
        ({"text": "x" * 101}, "text"),
    ],
)
def test_bad_parameter_is_answered_400_and_named(client: APIClient, parameters: dict[str, object], field: str) -> None:
    response = client.get(f"{BASE}/products/", parameters)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert list(response.json()["errors"]) == [field]


def test_unknown_product_and_category_are_404_with_the_contract_s_code(client: APIClient) -> None:
    response = client.get(f"{BASE}/products/NONE/")
    assert (response.status_code, response.json()["code"]) == (404, "catalog.unknown_product")
    response = client.get(f"{BASE}/products/", {"category": "nowhere"})
    assert (response.status_code, response.json()["code"]) == (404, "catalog.unknown_category")


def test_categories_and_suggestions(client: APIClient) -> None:
    assert [c["slug"] for c in client.get(f"{BASE}/categories/").json()] == ["bags", "lights"]
    assert [p["sku"] for p in client.get(f"{BASE}/suggestions/", {"prefix": "lunch"}).json()] == ["LUNCH"]


def test_operator_changes_a_price_once_for_one_key(operator: APIClient) -> None:
    for _ in range(2):
        response = operator.post(
            f"{BASE}/products/RED/price/",
            {"amount": "2.10", "reason": "dearer"},
            format="json",
            headers={"Idempotency-Key": "k"},
        )
        assert (response.status_code, response.json()["price"]["amount"]) == (200, "2.10")
    again = operator.post(
        f"{BASE}/products/RED/price/",
        {"amount": "2.20", "reason": "dearer"},
        format="json",
        headers={"Idempotency-Key": "k"},
    )
    assert (again.status_code, again.json()["code"]) == (409, "seamline.idempotency_key_reuse")


def test_operator_withdraws(operator: APIClient) -> None:
    response = operator.post(f"{BASE}/products/RED/withdrawal/", {"reason": "gone"}, format="json")
    assert (response.status_code, response.json()["on_sale"]) == (200, False)


@pytest.mark.parametrize(
    "principal",
    [
        None,
        Principal(email="customer@example.com"),
        Principal(operator="eve"),
        Principal(operator="eve", permissions=frozenset(("catalog.view_productrow",))),
    ],
)
def test_nobody_else_changes_anything(client: APIClient, principal: Principal | None) -> None:
    if principal:
        client.force_authenticate(principal)
    for path in ("price", "withdrawal"):
        response = client.post(f"{BASE}/products/RED/{path}/", {"amount": "9.99", "reason": "x"}, format="json")
        assert response.status_code in (401, 403)
    assert use(Catalog).product(sku=Sku("RED")).price == pounds("1.95")
