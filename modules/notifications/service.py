"""Notifications' implementation of its contract: each operation is its use case, nothing more."""

from __future__ import annotations

from contracts.notifications import Message, Notifications
from modules.notifications.application.messages import messages


class NotificationsService(Notifications):
    """What was mailed to whom."""

    def messages(self, *, about: str, limit: int = 50) -> tuple[Message, ...]:
        return messages(about=about, limit=limit)
