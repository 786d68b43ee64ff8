"""What operators see and do: mail can be read and sent again, not changed."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from contracts.notifications import MessageState
from modules.notifications.models import MessageRow
from modules.notifications.tests.helpers import arrive, order_placed

CHANGELIST = "admin:notifications_messagerow_changelist"


@pytest.fixture
def failed(database: None) -> uuid.UUID:
    """A message that was given up."""
    (event_id,) = arrive(order_placed())
    MessageRow.objects.update(state=MessageState.FAILED, attempts=6)
    return event_id


def logged_in(*, superuser: bool) -> Client:
    client = Client()
    make = User.objects.create_superuser if superuser else User.objects.create_user
    client.force_login(make("olivia", password="irrelevant here", is_staff=True))
    return client


def test_list_and_page_open_and_nothing_can_be_changed(failed: uuid.UUID) -> None:
    client = logged_in(superuser=True)
    about = MessageRow.objects.get().about
    for search, found in ((about, 1), ("ada@", 1), ("nobody", 0)):
        listing = client.get(reverse(CHANGELIST), {"q": search})
        assert (listing.status_code, listing.context["cl"].result_count) == (200, found)
    assert client.get(reverse("admin:notifications_messagerow_change", args=[failed])).status_code == 200
    assert client.get(reverse("admin:notifications_messagerow_delete", args=[failed])).status_code == 403
    assert client.get(reverse("admin:notifications_messagerow_add")).status_code == 403


def test_operator_sends_a_message_again_from_its_page(failed: uuid.UUID) -> None:
    client = logged_in(superuser=True)
    url = reverse("admin:notifications_messagerow_send_this_again", args=[failed])
    assert b"Send this message again?" in client.get(url).content
    assert MessageRow.objects.get().state == MessageState.FAILED
    assert b"1 will be sent again" in client.post(url, {"_form_submitted": "on"}, follow=True).content
    assert MessageRow.objects.get().state == MessageState.WAITING


def test_operator_sends_selected_messages_again(failed: uuid.UUID) -> None:
    data = {"action": "send_selected_again", "_selected_action": [str(failed)]}
    assert logged_in(superuser=True).post(reverse(CHANGELIST), data).status_code == 302
    assert MessageRow.objects.get().state == MessageState.WAITING


def test_operator_without_the_right_may_not_send_again(failed: uuid.UUID) -> None:
    url = reverse("admin:notifications_messagerow_send_this_again", args=[failed])
    assert logged_in(superuser=False).post(url, {"_form_submitted": "on"}).status_code == 403
    assert MessageRow.objects.get().state == MessageState.FAILED
