"""What operators see and do: every list and page opens, rows cannot be edited, stock changes by the use case."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contracts.inventory import Inventory
from modules.inventory.tests.helpers import lines, new_order, rows, stock
from seamline.calls import use


@pytest.fixture
def client(database: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olivia", password="irrelevant here"))
    return client


def test_every_list_and_page_opens(client: Client) -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    movement = rows("SELECT id FROM stock_movement")[0][0]
    for model, key, search in (
        ("stockitem", "A", "a"),
        ("reservation", order_id, str(order_id)),
        ("stockmovement", movement, "A"),
    ):
        listing = client.get(reverse(f"admin:inventory_{model}_changelist"), {"q": search})
        assert listing.status_code == 200
        assert listing.context["cl"].result_count == 1
        assert client.get(reverse(f"admin:inventory_{model}_change", args=[key])).status_code == 200
        assert client.get(reverse(f"admin:inventory_{model}_delete", args=[key])).status_code == 403
        assert client.get(reverse(f"admin:inventory_{model}_add")).status_code == 403
    page = client.get(reverse("admin:inventory_reservation_change", args=[order_id]))
    assert b"2 x A" in page.content


@pytest.mark.parametrize(("choice", "count"), [("yes", 1), ("no", 1)])
def test_sold_out_products_can_be_filtered(client: Client, choice: str, count: int) -> None:
    stock(A=5, B=1)
    use(Inventory).adjust(sku="B", change=-1, reason="lost")
    listing = client.get(reverse("admin:inventory_stockitem_changelist"), {"available": choice})
    assert listing.context["cl"].result_count == count


def test_search_for_what_nothing_has_finds_nothing(client: Client) -> None:
    for model in ("stockitem", "reservation", "stockmovement"):
        listing = client.get(reverse(f"admin:inventory_{model}_changelist"), {"q": "no such thing"})
        assert listing.status_code == 200
        assert listing.context["cl"].result_count == 0


def test_operator_adjusts_stock_with_a_reason_and_a_doubled_click_counts_once(client: Client) -> None:
    stock(A=5)
    url = reverse("admin:inventory_stockitem_adjust_stock", args=["A"])
    assert b"reason" in client.get(url).content
    form = {"change": -2, "reason": "broken in the post", "key": "once", "_form_submitted": "on"}
    assert client.post(url, form).status_code == 302
    assert client.post(url, form, headers={"HX-Request": "true"}).headers["HX-Redirect"].endswith("/A/change/")
    assert use(Inventory).availability(skus=("A",)) == {"A": 3}
    assert rows("SELECT reason, actor FROM stock_movement ORDER BY id DESC LIMIT 1") == [
        ("broken in the post", "operator:olivia")
    ]


def test_refused_adjustment_is_told_and_changes_nothing(client: Client) -> None:
    stock(A=1)
    url = reverse("admin:inventory_stockitem_adjust_stock", args=["A"])
    form = {"change": -2, "reason": "lost", "key": "once", "_form_submitted": "on"}
    assert b"would leave fewer than are reserved" in client.post(url, form, follow=True).content
    assert use(Inventory).availability(skus=("A",)) == {"A": 1}


def test_operator_without_the_right_may_not_adjust(database: None) -> None:
    stock(A=1)
    client = Client()
    client.force_login(User.objects.create_user("victor", password="irrelevant here", is_staff=True))
    url = reverse("admin:inventory_stockitem_adjust_stock", args=["A"])
    form = {"change": 1, "reason": "found", "key": "once", "_form_submitted": "on"}
    assert client.post(url, form).status_code == 403
    assert use(Inventory).availability(skus=("A",)) == {"A": 1}
