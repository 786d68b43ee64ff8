"""Write down that a mail is to be sent, with its text as of now. Sending is another use case, after the commit."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.template.loader import render_to_string
from django.utils import timezone

from contracts.notifications import MessageState
from modules.notifications.domain.delivery import TOO_OLD, one_line
from modules.notifications.models import LONGEST_ADDRESS, LONGEST_SUBJECT, MessageRow


def write_message(
    *, kind: str, event_id: UUID, happened_at: datetime, recipient: str, about: UUID, context: dict[str, Any]
) -> bool:
    """Render the templates of this kind and keep the message; answers whether there is one to send.

    There is none without an address, and none about what happened longer than a week ago.

    :param kind: the folder of its templates below ``templates/notifications/``.
    """
    now = timezone.now()
    if not recipient or len(recipient) > LONGEST_ADDRESS or now - happened_at > TOO_OLD:
        return False
    folder = f"notifications/{kind}"
    message = MessageRow(
        event_id=event_id,
        kind=kind,
        recipient=recipient,
        subject=one_line(render_to_string(f"{folder}/subject.txt", context))[:LONGEST_SUBJECT],
        text=render_to_string(f"{folder}/body.txt", context).strip() + "\n",
        html=render_to_string(f"{folder}/body.html", context),
        about=str(about),
        state=MessageState.WAITING.value,
        next_attempt_at=now,
        created_at=now,
    )
    MessageRow.objects.bulk_create([message], ignore_conflicts=True)
    return True
