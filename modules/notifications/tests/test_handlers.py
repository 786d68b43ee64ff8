"""Which events cause which mail, and which cause none."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from contracts.orders import Channel
from modules.notifications.models import MessageRow
from modules.notifications.module import module
from modules.notifications.tests.helpers import (
    NOW,
    arrive,
    customer_signed_up,
    delivered,
    order_cancelled,
    order_placed,
    order_rejected,
)
from seamline.modules.manifest import imported

pytestmark = pytest.mark.usefixtures("database")


def the_message() -> MessageRow:
    return MessageRow.objects.get()


def test_order_is_confirmed_with_its_lines_and_total() -> None:
    arrive(order_placed())
    message = the_message()
    assert message.subject == "Your order S1001 is confirmed"
    assert "2 x Mug <white> & red: £5.10" in message.text
    assert "Total: £5.10" in message.text
    assert "Mug &lt;white&gt; &amp; red" in message.html
    assert "£5.10" in message.html


@pytest.mark.parametrize(
    ("reason", "told"), [("inventory.out_of_stock", "sold out"), ("payments.card_declined", "another card")]
)
def test_rejected_order_is_explained_by_its_reason(reason: str, told: str) -> None:
    arrive(order_rejected(reason))
    message = the_message()
    assert told in message.text
    assert told in message.html
    assert "not charged" in message.text


def test_cancelled_order_is_confirmed_with_the_money_that_goes_back() -> None:
    arrive(order_cancelled())
    assert "£5.10 goes back" in the_message().text


def test_new_customer_is_welcomed_and_a_name_cannot_break_the_header_or_the_page() -> None:
    arrive(customer_signed_up("Ada\r\nBcc: eve@example.com <b>"))
    message = the_message()
    assert message.subject == "Welcome, Ada Bcc: eve@example.com <b>"
    assert "<b>" not in message.html


@pytest.mark.parametrize("changes", [{"channel": Channel.IMPORT}, {"email": ""}, {"email": "a" * 255}])
def test_imported_orders_and_buyers_without_address_get_no_mail(changes: dict) -> None:
    arrive(order_placed(**changes))
    assert not MessageRow.objects.exists()


def test_what_happened_long_ago_causes_no_mail() -> None:
    arrive(deliveries=[delivered(order_placed(), at=NOW - timedelta(days=8))])
    assert not MessageRow.objects.exists()


def test_event_that_arrives_twice_causes_one_mail() -> None:
    event_id = uuid.uuid4()
    arrive(deliveries=[delivered(order_placed(), event_id=event_id)] * 2)
    assert the_message().event_id == event_id


def test_every_subscription_names_a_handler_that_exists() -> None:
    assert [subscription.name for subscription in module.subscriptions] == [
        "notifications.tell_buyers",
        "notifications.welcome_customer",
    ]
    assert all(callable(imported(subscription.handler)) for subscription in module.subscriptions)
