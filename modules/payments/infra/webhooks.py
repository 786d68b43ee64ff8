"""Signed messages of the payment provider: how they are signed, and whether one is genuine and fresh.

The provider and the shop share ``settings.PAYMENT_WEBHOOK_SECRET``. This file may not act on a message.
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from django.conf import settings

HEADER = "Sandbox-Signature"
WINDOW = timedelta(minutes=5)
"""How old a message may be, and how far its clock may be ahead."""
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class NotGenuine(Exception):
    """The message is not the provider's, was altered, or is too old."""


def signature(body: bytes, *, at: datetime) -> str:
    """The header for a message that is sent at this time."""
    seconds = int(at.timestamp())
    return f"t={seconds},v1={_digest(body, seconds=seconds)}"


def check_genuine(body: bytes, *, header: str, now: datetime) -> None:
    """Whether the provider has signed this message within the last minutes.

    :raises NotGenuine: with what is wrong, and no hint of what would be right.
    """
    found = _SIGNATURE.fullmatch(header)
    if found is None:
        raise NotGenuine(f"The header {HEADER} is missing or malformed: send t=<seconds>,v1=<hexadecimal HMAC-SHA256>.")
    seconds = int(found[1])
    if not hmac.compare_digest(_digest(body, seconds=seconds), found[2]):
        raise NotGenuine("The signature does not fit the message: sign <t>.<body> with the shared secret.")
    if abs(now - datetime.fromtimestamp(seconds, UTC)) > WINDOW:
        raise NotGenuine("The message was signed too long ago, or by a clock that is wrong: sign and send it again.")


def _digest(body: bytes, *, seconds: int) -> str:
    return hmac.new(settings.PAYMENT_WEBHOOK_SECRET.encode(), b"%d." % seconds + body, sha256).hexdigest()
