"""The behaviour that the notifications contract promises, through the client, directly and through the codec."""

from __future__ import annotations

import uuid

import pytest

from contracts.notifications import MessageState, Notifications
from modules.notifications.application.send_waiting import send_waiting
from modules.notifications.tests.helpers import EMAIL, arrive, customer_signed_up, order_placed
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database", "runner")


def test_messages_about_an_order_are_listed_the_newest_first() -> None:
    order = order_placed()
    arrive(order, order_placed(), customer_signed_up(), order_placed(order_id=order.order_id, number="S1001b"))
    found = use(Notifications).messages(about=str(order.order_id))
    assert [message.subject for message in found] == [
        "Your order S1001b is confirmed",
        "Your order S1001 is confirmed",
    ]
    assert {(message.recipient, message.state, message.sent_at) for message in found} == {
        (EMAIL, MessageState.WAITING, None)
    }
    assert len(use(Notifications).messages(about=str(order.order_id), limit=1)) == 1


def test_sent_message_says_when() -> None:
    order = order_placed()
    arrive(order)
    send_waiting()
    (message,) = use(Notifications).messages(about=str(order.order_id))
    assert message.state is MessageState.SENT
    assert message.sent_at is not None
    assert message.sent_at >= message.created_at


@pytest.mark.parametrize("limit", [0, -3])
def test_limit_of_nothing_answers_nothing(limit: int) -> None:
    order = order_placed()
    arrive(order)
    assert use(Notifications).messages(about=str(order.order_id), limit=limit) == ()


def test_nothing_is_known_about_strangers() -> None:
    assert use(Notifications).messages(about=str(uuid.uuid4())) == ()
