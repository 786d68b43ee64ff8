"""What operators see and do: every list and page opens, rows cannot be edited, orders are cancelled by the use case."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contracts.kernel import CustomerId
from contracts.orders import Orders, OrderState
from modules.orders.tests.helpers import Neighbours, checkout, new_cart, rows, sale
from seamline.calls import use


@pytest.fixture
def client(neighbours: Neighbours) -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("olivia", password="irrelevant here"))
    return client


def test_every_list_and_page_opens_and_nothing_can_be_edited(client: Client) -> None:
    order = checkout(new_cart(A=2))
    cart_id = new_cart(B=3)
    for model, key, search in (
        ("order", order.order_id, order.number.lower()),
        ("cart", cart_id, str(cart_id)),
        ("sagainstance", order.order_id, str(order.order_id)),
    ):
        listing = client.get(reverse(f"admin:orders_{model}_changelist"), {"q": search})
        assert listing.status_code == 200
        assert listing.context["cl"].result_count == 1
        assert client.get(reverse(f"admin:orders_{model}_change", args=[key])).status_code == 200
        assert client.get(reverse(f"admin:orders_{model}_delete", args=[key])).status_code == 403
        assert client.get(reverse(f"admin:orders_{model}_add")).status_code == 403


def test_pages_show_lines_contents_and_timeline(client: Client) -> None:
    order = checkout(new_cart(A=2))
    cart_id = new_cart(B=3)
    assert b"Thing A" in client.get(reverse("admin:orders_order_change", args=[order.order_id])).content
    assert b"3 x B" in client.get(reverse("admin:orders_cart_change", args=[cart_id])).content
    assert b"capture_payment" in client.get(reverse("admin:orders_sagainstance_change", args=[order.order_id])).content


def test_orders_are_found_by_mail_and_customer_and_filtered(client: Client) -> None:
    customer_id = CustomerId(uuid.uuid4())
    use(Orders).put_sales(sales=(sale("1", customer_id=customer_id), sale("2")))
    checkout(new_cart(A=1), email="Ada@example.com")
    for query, count in (
        ({"q": "ada@EXAMPLE.com"}, 1),
        ({"q": str(customer_id)}, 1),
        ({"q": "nobody@example.com"}, 0),
        ({"q": "no such thing"}, 0),
        ({"channel__exact": "import"}, 2),
        ({"state__exact": "placed", "country": "France"}, 2),
        ({"placed_at__year": "2011"}, 2),
    ):
        listing = client.get(reverse("admin:orders_order_changelist"), query)
        assert listing.status_code == 200
        assert listing.context["cl"].result_count == count, query


def cancel_form(key: str = "once") -> dict[str, str]:
    return {"reason": "customer called", "key": key, "_form_submitted": "on"}


def test_operator_cancels_an_order_and_a_doubled_click_counts_once(client: Client, neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    url = reverse("admin:orders_order_cancel", args=[order.order_id])
    assert b"reason" in client.get(url).content
    assert client.post(url, cancel_form()).status_code == 302
    assert client.post(url, cancel_form(), headers={"HX-Request": "true"}).headers["HX-Redirect"].endswith("/change/")
    assert use(Orders).order(order_id=order.order_id).state is OrderState.CANCELLED
    assert len(neighbours.payments.calls_of("void")) == 1
    told = rows("SELECT meta->>'actor', data->>'reason' FROM event_log WHERE name = 'orders.order_cancelled'")
    assert told == [("operator:olivia", "customer called")]


def test_refused_cancellation_is_told(client: Client) -> None:
    use(Orders).put_sales(sales=(sale("1"),))
    url = reverse("admin:orders_order_cancel", args=[sale("1").order_id])
    assert b"can be cancelled" in client.post(url, cancel_form(), follow=True).content


def test_operator_without_the_right_may_not_cancel(neighbours: Neighbours) -> None:
    order = checkout(new_cart(A=1))
    client = Client()
    client.force_login(User.objects.create_user("victor", password="irrelevant here", is_staff=True))
    assert client.post(reverse("admin:orders_order_cancel", args=[order.order_id]), cancel_form()).status_code == 403
    assert use(Orders).order(order_id=order.order_id).state is OrderState.PLACED
