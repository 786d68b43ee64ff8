"""Mail goes out once, is tried again when it fails, and given up in the end; a crash doubles it at most, knowably."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail

from contracts.notifications import MessageState
from modules.notifications.application.send_again import send_again
from modules.notifications.application.send_waiting import send_waiting
from modules.notifications.domain.delivery import LEASE, MOST_ATTEMPTS, delay_after
from modules.notifications.models import MessageRow
from modules.notifications.tests.helpers import EMAIL, arrive, order_placed
from seamline.data import release_connections

pytestmark = pytest.mark.usefixtures("database")
HELPERS = "modules.notifications.tests.helpers"


@pytest.fixture(autouse=True)
def outbox(settings: Any) -> list[Any]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Shop <shop@shop.example>"
    mail.outbox = []
    return mail.outbox


def the_message() -> MessageRow:
    return MessageRow.objects.get()


def test_waiting_mail_goes_out_once_with_text_and_html(outbox: list[Any]) -> None:
    (event_id,) = arrive(order_placed())
    assert send_waiting() == 1
    assert send_waiting() == 0
    (sent,) = outbox
    assert sent.to == [EMAIL]
    assert sent.from_email == "Shop <shop@shop.example>"
    assert sent.message()["Message-ID"] == f"<{event_id}@shop.example>"
    assert sent.alternatives[0].mimetype == "text/html"
    assert the_message().state == MessageState.SENT


def test_more_mail_than_one_batch_goes_out_in_one_run(outbox: list[Any]) -> None:
    arrive(*(order_placed() for _ in range(45)))
    assert send_waiting() == 45
    assert len({sent.message()["Message-ID"] for sent in outbox}) == 45


def test_refused_mail_is_tried_again_later_each_time_and_given_up_in_the_end(settings: Any) -> None:
    arrive(order_placed())
    settings.EMAIL_BACKEND = f"{HELPERS}.Refusing"
    now = the_message().next_attempt_at
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert the_message().state == MessageState.WAITING
        assert send_waiting(at=now) == 0
        message = the_message()
        assert (message.attempts, "gone for lunch" in message.error) == (attempt, True)
        assert message.next_attempt_at == now + delay_after(attempt)
        now = message.next_attempt_at
    assert the_message().state == MessageState.FAILED
    assert send_waiting(at=now + timedelta(days=1)) == 0


def test_one_bad_address_does_not_keep_others_from_their_mail(outbox: list[Any]) -> None:
    arrive(order_placed(email="bad\nBcc: eve@example.com"), order_placed())
    assert send_waiting() == 1
    assert outbox[0].to == [EMAIL]
    assert "header" in MessageRow.objects.get(state=MessageState.WAITING).error.lower()


def test_crash_after_sending_doubles_the_mail_once_under_the_same_id(settings: Any, outbox: list[Any]) -> None:
    arrive(order_placed())
    settings.EMAIL_BACKEND = f"{HELPERS}.Dying"
    now = the_message().next_attempt_at
    with pytest.raises(KeyboardInterrupt):
        send_waiting(at=now)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_waiting(at=now + LEASE / 2) == 0, "the lease of the dead process still runs"
    assert send_waiting(at=now + LEASE) == 1
    assert len(outbox) == 2
    assert len({sent.message()["Message-ID"] for sent in outbox}) == 1


def test_processes_that_send_at_once_take_different_messages(outbox: list[Any]) -> None:
    arrive(*(order_placed() for _ in range(60)))

    def run(number: int) -> int:
        try:
            return send_waiting()
        finally:
            release_connections()

    with ThreadPoolExecutor(max_workers=6) as pool:
        assert sum(pool.map(run, range(6))) == 60
    assert len(outbox) == len({sent.message()["Message-ID"] for sent in outbox}) == 60


def test_given_up_mail_can_be_sent_again_as_a_message_of_its_own(settings: Any, outbox: list[Any]) -> None:
    (event_id,) = arrive(order_placed())
    assert send_again(event_ids=[event_id]) == 0, "it waits already"
    send_waiting()
    assert send_again(event_ids=[event_id]) == 1
    assert send_waiting() == 1
    assert [sent.message()["Message-ID"] for sent in outbox] == [
        f"<{event_id}@shop.example>",
        f"<{event_id}.1@shop.example>",
    ]
