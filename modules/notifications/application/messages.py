"""What was mailed about an order or a customer."""

from __future__ import annotations

from contracts.notifications import Message, MessageState
from modules.notifications.models import MessageRow

LARGEST_LIMIT = 200


def messages(*, about: str, limit: int = 50) -> tuple[Message, ...]:
    """Messages, the newest first; at most 200."""
    rows = MessageRow.objects.filter(about=about).order_by("-created_at")[: min(max(limit, 0), LARGEST_LIMIT)]
    return tuple(
        Message(
            recipient=row.recipient,
            subject=row.subject,
            state=MessageState(row.state),
            about=row.about,
            created_at=row.created_at,
            sent_at=row.sent_at,
        )
        for row in rows.defer("text", "html", "error")
    )
