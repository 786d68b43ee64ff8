"""How long mail is tried, and how each message is known to the servers that carry it. It may not send anything."""

from __future__ import annotations

from datetime import timedelta
from email.utils import parseaddr
from uuid import UUID

MOST_ATTEMPTS = 6
FIRST_DELAY = timedelta(seconds=30)
LEASE = timedelta(minutes=2)
"""How long a process that took a message may take to send it before another one tries."""
TOO_OLD = timedelta(days=7)
"""Nobody wants mail about what happened longer ago: a module that joins late, or reads again, stays silent."""


def delay_after(attempts: int) -> timedelta:
    """The wait after so many failed attempts: 30 seconds, doubling with each."""
    return FIRST_DELAY * (1 << (attempts - 1))


def message_id(*, event_id: UUID, resends: int, sender: str) -> str:
    """The ``Message-ID`` header: the same whenever the same message is sent, so that a doubled one can be recognised.

    :param resends: how often an operator sent it again on purpose; that is a message of its own.
    :param sender: the sender's address, whose domain the id ends with.
    """
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    suffix = f".{resends}" if resends else ""
    return f"<{event_id}{suffix}@{domain}>"


def one_line(text: str) -> str:
    """The text fit for a header: line breaks and runs of blanks become one blank."""
    return " ".join(text.split())
