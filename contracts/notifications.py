"""Notifications: the mail that customers get. It is only ever caused by events; others may ask what was sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seamline.contract import Contract, query


class MessageState(StrEnum):
    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    """Given up after the last try; an operator can send it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    recipient: str
    subject: str
    state: MessageState
    about: str
    """The id of the order or customer that it is about."""
    created_at: datetime
    sent_at: datetime | None


class Notifications(Contract, module="notifications", version="1.0"):
    """What was mailed to whom."""

    @query(timeout=0.3)
    def messages(self, *, about: str, limit: int = 50) -> tuple[Message, ...]:
        """Messages about an order or a customer, the newest first."""
