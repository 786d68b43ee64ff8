"""Operators can look at everything and edit nothing."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.application.refresh_neighbours import refresh_neighbours
from modules.recommendations.models import Generation, RecordedBasket
from modules.recommendations.tests.samples import sale

ROOT = "/admin/recommendations"


@pytest.fixture
def client(database: None) -> Client:
    """An operator's browser, with a basket and a generation to look at."""
    record_baskets([(uuid4(), sale("TEA", "CUP")), (uuid4(), sale("NAIL"))])
    refresh_neighbours()
    operator = get_user_model().objects.create_superuser("operator", "", "a long password")
    client = Client()
    client.force_login(operator)
    return client


@pytest.mark.parametrize("table", ["recordedbasket", "productneighbours", "generation"])
def test_lists_are_shown_and_nothing_can_be_added(client: Client, table: str) -> None:
    assert client.get(f"{ROOT}/{table}/").status_code == 200
    assert client.get(f"{ROOT}/{table}/add/").status_code == 403


def test_a_basket_can_be_read_but_neither_changed_nor_deleted(client: Client) -> None:
    basket = RecordedBasket.objects.first()
    assert basket is not None
    page = f"{ROOT}/recordedbasket/{basket.pk}"
    assert client.get(f"{page}/change/").status_code == 200
    assert client.post(f"{page}/change/", {"kind": "cancelled"}).status_code == 403
    assert client.post(f"{page}/delete/", {"post": "yes"}).status_code == 403
    assert RecordedBasket.objects.filter(kind="sale").count() == 2


@pytest.mark.parametrize(("term", "found"), [("tea", 1), ("NOTHING", 0), ("", 2)])
def test_baskets_are_found_by_a_product_in_them(client: Client, term: str, found: int) -> None:
    response = client.get(f"{ROOT}/recordedbasket/", {"q": term})
    assert response.context["cl"].result_count == found


def test_baskets_are_found_by_the_id_of_their_order(client: Client) -> None:
    basket = RecordedBasket.objects.first()
    assert basket is not None
    assert client.get(f"{ROOT}/recordedbasket/", {"q": str(basket.pk)}).context["cl"].result_count == 1


def test_an_operator_can_have_the_neighbours_learned_again(client: Client) -> None:
    live = Generation.objects.get(is_live=True)
    client.post(f"{ROOT}/generation/", {"action": "learn_again", "_selected_action": [live.pk]})
    assert Generation.objects.get(is_live=True).pk > live.pk
