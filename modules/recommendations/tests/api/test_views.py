"""The API answers, and refuses bad input with the name of the field."""

from __future__ import annotations

from uuid import uuid4

import pytest
from rest_framework.test import APIClient, APIRequestFactory, force_authenticate

from modules.recommendations.api.views import ForMe
from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.application.refresh_neighbours import refresh_neighbours
from modules.recommendations.domain.baskets import Basket
from modules.recommendations.tests.samples import START, sale
from seamline.web.principal import Principal

ROOT = "/api/v1/recommendations"


@pytest.fixture
def client(database: None) -> APIClient:
    """A client of an API that has learned that TEA and CUP go together."""
    record_baskets((uuid4(), sale("TEA", "CUP", day=number)) for number in range(3))
    refresh_neighbours()
    return APIClient()


def test_also_bought_is_answered_with_its_reasons(client: APIClient) -> None:
    response = client.get(f"{ROOT}/also-bought/tea/")
    assert response.status_code == 200
    (one,) = response.json()
    assert (one["sku"], one["because_of"], one["bought_together"]) == ("CUP", ["TEA"], 3)


def test_a_product_that_nobody_bought_has_an_empty_answer(client: APIClient) -> None:
    assert client.get(f"{ROOT}/also-bought/nothing/").json() == []


def test_a_basket_is_given_by_repeating_sku(client: APIClient) -> None:
    response = client.get(f"{ROOT}/for-basket/", {"sku": ["TEA", "MILK"], "limit": 3})
    assert [one["sku"] for one in response.json()] == ["CUP"]


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("also-bought/TEA/", {"limit": "many"}, "limit"),
        ("also-bought/TEA/", {"limit": "0"}, "limit"),
        ("also-bought/TEA/", {"limit": "101"}, "limit"),
        ("for-basket/", {}, "sku"),
        ("for-basket/", {"sku": ["x" * 65]}, "sku"),
        ("for-basket/", {"sku": ["a\x00b"]}, "sku"),
        ("for-basket/", {"sku": [str(number) for number in range(101)]}, "sku"),
    ],
)
def test_bad_input_is_refused_with_the_name_of_the_field(
    client: APIClient, path: str, parameters: dict[str, object], field: str
) -> None:
    response = client.get(f"{ROOT}/{path}", parameters)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert field in response.json()["errors"]


def test_a_path_with_odd_characters_is_an_unknown_product(client: APIClient) -> None:
    assert client.get(f"{ROOT}/also-bought/%00%F0%9F%8D%B5/").json() == []


def test_whoever_is_not_logged_in_as_a_customer_has_no_own_recommendations(client: APIClient) -> None:
    response = client.get(f"{ROOT}/for-me/")
    assert response.status_code in (401, 403)
    assert response.json()["code"] == "not_authenticated"


def test_a_customer_gets_their_own_recommendations(client: APIClient) -> None:
    ann = uuid4()
    record_baskets([(uuid4(), Basket(at=START, customer=str(ann), skus=("TEA",), units=(1,)))])
    request = APIRequestFactory().get(f"{ROOT}/for-me/")
    force_authenticate(request, user=Principal(customer_id=ann))
    assert [one["sku"] for one in ForMe.as_view()(request).data] == ["CUP"]
