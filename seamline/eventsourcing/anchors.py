"""Anchors: signed statements of what a module's streams held up to a position, to be kept where the log is not.

Hash chains show what was changed within a stream; only a statement from elsewhere shows that streams, or their ends,
are gone, or that somebody who may do anything has hashed all of it again.
"""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec
from django.conf import settings

from seamline.data import connection_for
from seamline.events.feed import SqlFeed

_READ = """
SELECT position, hash FROM event_log
WHERE stream IS NOT NULL AND position > %s AND position <= %s ORDER BY position LIMIT 20000
"""
PATIENCE = 30.0
"""Seconds to wait for transactions that have written events."""
PAUSE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What the streams of a module held: so many events up to ``position``, and a digest of all their hashes."""

    module: str
    position: int
    events: int
    digest: str
    at: datetime
    signature: str = ""

    @property
    def is_genuine(self) -> bool:
        """Whether this installation has signed it."""
        return hmac.compare_digest(self.signature, _signature(self))


def anchor(module: str) -> Anchor:
    """State what the streams hold up to where the log is settled: no event will ever commit below that.

    :raises TimeoutError: a transaction that has written events is open for too long.
    """
    feed, began = SqlFeed(publisher=module), time.monotonic()
    while (last := feed.end()) is None:
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(
                f"A transaction has been writing events of {module} for more than {PATIENCE:.0f} s; try again when it "
                "has ended."
            )
        time.sleep(PAUSE)
    events, digest = _digest(module, until=last)
    made = Anchor(module=module, position=last, events=events, digest=digest, at=datetime.now(UTC))
    return replace(made, signature=_signature(made))


def holds(anchor: Anchor) -> bool:
    """Whether the log still holds what the anchor states."""
    return _digest(anchor.module, until=anchor.position) == (anchor.events, anchor.digest)


def _digest(module: str, *, until: int) -> tuple[int, str]:
    digest, events, after = sha256(), 0, 0
    while True:
        with connection_for(module).cursor() as cursor:
            cursor.execute(_READ, [after, until])
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        if not rows:
            return events, digest.hexdigest()
        for _, value in rows:
            digest.update(bytes(value or b""))
        events, after = events + len(rows), rows[-1][0]


def _signature(anchor: Anchor) -> str:
    key = hmac.digest(settings.SEAMLINE_SECRET.encode(), b"ledger anchors", "sha256")
    text = msgspec.json.encode([anchor.module, anchor.position, anchor.events, anchor.digest, anchor.at])
    return hmac.digest(key, text, "sha256").hex()
