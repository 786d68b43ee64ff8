"""Mail over HTTP: for operators only."""

from __future__ import annotations

import uuid

import pytest
from rest_framework.test import APIClient

from modules.notifications.tests.helpers import EMAIL, arrive, order_placed
from seamline.web.principal import Principal

pytestmark = pytest.mark.usefixtures("database")
MESSAGES = "/api/v1/notifications/messages/"
OLIVIA = Principal(operator="olivia", permissions=frozenset(("notifications.view_messagerow",)))


def client(user: Principal | None) -> APIClient:
    made = APIClient()
    made.force_authenticate(user)
    return made


def test_operator_sees_what_was_mailed_about_an_order() -> None:
    order = order_placed()
    arrive(order)
    answer = client(Principal(operator="olivia", permissions=frozenset(("*",)))).get(
        MESSAGES, {"about": order.order_id}
    )
    (message,) = answer.json()
    assert message.pop("created_at")
    assert message == {
        "recipient": EMAIL,
        "subject": "Your order S1001 is confirmed",
        "state": "waiting",
        "about": str(order.order_id),
        "sent_at": None,
    }


@pytest.mark.parametrize("parameters", [{}, {"about": "x"}, {"about": str(uuid.uuid4()), "limit": 0}])
def test_parameters_that_are_none_are_refused(parameters: dict) -> None:
    answer = client(OLIVIA).get(MESSAGES, parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"]


@pytest.mark.parametrize("user", [None, Principal(customer_id=uuid.uuid4())])
def test_nobody_but_operators_sees_mail(user: Principal | None) -> None:
    assert client(user).get(MESSAGES, {"about": str(uuid.uuid4())}).status_code in (401, 403)
