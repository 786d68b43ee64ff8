"""Send messages again because an operator wants it: those that were given up, and those that got lost on their way."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from contracts.notifications import MessageState
from modules.notifications.models import MessageRow


def send_again(*, event_ids: Sequence[UUID]) -> int:
    """Let these messages wait again, with all attempts before them; answers how many. Waiting ones stay as they are.

    Each gets a ``Message-ID`` of its own, so that no mail server takes it for a double.
    """
    ended = (MessageState.FAILED.value, MessageState.SENT.value)
    return MessageRow.objects.filter(pk__in=event_ids, state__in=ended).update(
        state=MessageState.WAITING.value,
        attempts=0,
        resends=F("resends") + 1,
        next_attempt_at=timezone.now(),
        sent_at=None,
        error="",
    )
