"""Send the mail that waits, through Django's mail backend. A job runs it; several processes may at once.

A message is taken under a lease, sent, and marked. A process that dies between the two leaves it to be sent a second
time when the lease is over: mail servers offer no way to exclude that. Both copies carry the same ``Message-ID``.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from contracts.notifications import MessageState
from modules.notifications.domain.delivery import LEASE, MOST_ATTEMPTS, delay_after, message_id
from modules.notifications.models import MessageRow
from seamline.data import atomic

logger = logging.getLogger(__name__)
BATCH = 20


def send_waiting(*, at: datetime | None = None) -> int:
    """Send every message that is due; answers how many went out."""
    now = at or timezone.now()
    sent = 0
    while messages := _claim(now):
        connection = get_connection()
        try:
            sent += sum(_send(message, connection=connection, now=now) for message in messages)
        finally:
            connection.close()
    return sent


def _claim(now: datetime) -> list[MessageRow]:
    """Take messages that are due, so that no other process takes them before the lease is over."""
    with atomic("notifications"):
        due = MessageRow.objects.filter(state=MessageState.WAITING.value, next_attempt_at__lte=now)
        messages = list(due.order_by("next_attempt_at").select_for_update(skip_locked=True)[:BATCH])
        MessageRow.objects.filter(pk__in=[message.pk for message in messages]).update(
            attempts=F("attempts") + 1, next_attempt_at=now + LEASE
        )
    for message in messages:
        message.attempts += 1
    return messages


def _send(message: MessageRow, *, connection: BaseEmailBackend, now: datetime) -> bool:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.recipient],
        headers={
            "Message-ID": message_id(
                event_id=message.event_id, resends=message.resends, sender=settings.DEFAULT_FROM_EMAIL
            ),
            "Auto-Submitted": "auto-generated",
        },
        connection=connection,
    )
    mail.attach_alternative(message.html, "text/html")
    row = MessageRow.objects.filter(pk=message.pk, state=MessageState.WAITING.value)
    try:
        mail.send()
    except (smtplib.SMTPException, OSError, ValueError) as error:
        # ValueError: an address or subject that no mail can carry.
        given_up = message.attempts >= MOST_ATTEMPTS
        logger.warning(
            "Mail %s could not be sent (attempt %d of %d): %s", message.pk, message.attempts, MOST_ATTEMPTS, error
        )
        row.update(
            state=(MessageState.FAILED if given_up else MessageState.WAITING).value,
            error=f"{type(error).__name__}: {error}",
            next_attempt_at=now + delay_after(message.attempts),
        )
        return False
    row.update(state=MessageState.SENT.value, sent_at=timezone.now(), error="")
    return True
