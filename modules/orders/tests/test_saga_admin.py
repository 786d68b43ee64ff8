"""What operators do with a stuck checkout on its page: each action with its own permission, and in the timeline."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from contracts.kernel import OrderId
from contracts.orders import Orders, OrderState
from contracts.payments import ProviderTimedOut
from modules.orders.tests.helpers import Neighbours, checkout, new_cart
from seamline.calls import use
from seamline.sagas import SagaStatus, instance

ACTIONS = {"retry_step": "retry", "skip_step": "skip", "turn_back": "compensate"}
OperatorWith = Callable[..., Client]


@pytest.fixture
def operator() -> OperatorWith:
    def operator(*permissions: str) -> Client:
        user = User.objects.create_user("olivia", password="irrelevant here", is_staff=True)
        user.user_permissions.set(Permission.objects.filter(content_type__app_label="orders", codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return operator


@pytest.fixture
def waiting(neighbours: Neighbours) -> OrderId:
    """An order whose payment could not be captured so far."""
    neighbours.payments.fail("capture", ProviderTimedOut(order_id=OrderId(uuid.uuid4())))
    order_id = checkout(new_cart(A=1)).order_id
    neighbours.willing()
    return order_id


def url(action: str, order_id: OrderId) -> str:
    return reverse(f"admin:orders_sagainstance_{action}", args=[order_id])


def form(place: str = "at capture_payment") -> dict[str, str]:
    return {"reason": "ticket 81", "key": "once", "place": place, "_form_submitted": "on"}


def status(order_id: OrderId) -> SagaStatus:
    return instance("orders", id=str(order_id)).status


def test_step_is_tried_again_and_the_page_shows_attempts(operator: OperatorWith, waiting: OrderId) -> None:
    client = operator("view_sagainstance", "retry_sagainstance")
    assert client.get(url("retry_step", waiting)).status_code == 200
    assert status(waiting) is SagaStatus.RUNNING
    page = client.post(url("retry_step", waiting), form(), follow=True).content.decode()
    assert "It is completed." in page
    assert "<td>retried</td><td></td><td></td><td></td><td>operator:olivia</td>" in page
    assert "<td>waits</td><td>capture_payment</td><td>1</td>" in page
    assert use(Orders).order(order_id=waiting).state is OrderState.PLACED


def test_step_is_skipped_once_with_a_reason(operator: OperatorWith, waiting: OrderId, neighbours: Neighbours) -> None:
    client = operator("view_sagainstance", "skip_sagainstance")
    assert b'value="at capture_payment"' in client.get(url("skip_step", waiting)).content
    page = client.post(url("skip_step", waiting), form("at confirm_stock"), follow=True).content
    assert b"look at it again" in page
    assert status(waiting) is SagaStatus.RUNNING
    page = client.post(url("skip_step", waiting), form(), follow=True).content
    assert b"<td>operator:olivia</td><td>ticket 81</td>" in page
    assert status(waiting) is SagaStatus.COMPLETED
    assert len(neighbours.payments.calls_of("capture")) == 1
    assert b"look at it again" in client.post(url("skip_step", waiting), form(), follow=True).content


def test_saga_is_turned_back_and_a_second_time_refused(operator: OperatorWith, waiting: OrderId) -> None:
    client = operator("view_sagainstance", "compensate_sagainstance")
    assert b"It is compensated." in client.post(url("turn_back", waiting), form(), follow=True).content
    assert use(Orders).order(order_id=waiting).state is OrderState.REJECTED
    assert b"is over" in client.post(url("turn_back", waiting), form(), follow=True).content


@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_needs_its_own_permission(operator: OperatorWith, waiting: OrderId, action: str) -> None:
    others = [f"{name}_sagainstance" for each, name in ACTIONS.items() if each != action]
    client = operator("view_sagainstance", "change_sagainstance", "change_order", *others)
    assert client.post(url(action, waiting), form()).status_code == 403
    assert status(waiting) is SagaStatus.RUNNING
    page = client.get(reverse("admin:orders_sagainstance_change", args=[waiting])).content.decode()
    shown = {each for each in ACTIONS if url(each, waiting) in page}
    assert shown == set(ACTIONS) - {action}
