"""Who reads a hosted log from other deployables, and how far each has come: retention keeps what they still need.

Readers tell it themselves, as often as they like; it is written at most once a second for each. This file may not know
how they tell it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import msgspec

from seamline.data import atomic, connection_for
from seamline.events.partition import MOST_PARTITIONS

NOTED_EVERY = 1.0
"""Seconds between two writes of what one subscription tells."""
_NOTE = """
INSERT INTO feed_reader (subscription, partition, partitions, position, caller)
SELECT %(subscription)s, index - 1, %(count)s, position, %(caller)s
FROM unnest(%(positions)s::bigint[]) WITH ORDINALITY AS told (position, index)
ON CONFLICT (subscription, partition) DO UPDATE SET
    partitions = excluded.partitions, position = excluded.position, caller = excluded.caller,
    seen_at = clock_timestamp(), forgotten_at = NULL, reason = ''
"""
_EXCESS = "DELETE FROM feed_reader WHERE subscription = %s AND partition >= %s"
_ALL = """
SELECT subscription, partition, position, seen_at, partitions, caller FROM feed_reader WHERE forgotten_at IS NULL
ORDER BY subscription, partition
"""
_FORGET = """
UPDATE feed_reader SET forgotten_at = clock_timestamp(), reason = %s
WHERE subscription = %s AND forgotten_at IS NULL
RETURNING subscription, partition, position, seen_at, partitions, caller
"""


class ToldPositions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a reader tells: a subscription, and for each of its partitions after which position it still needs all."""

    subscription: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    positions: Annotated[
        tuple[Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)], ...], msgspec.Meta(max_length=MOST_PARTITIONS)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReader:
    """One partition of a subscription of another deployable."""

    subscription: str
    partition: int
    position: int
    """It still needs all events behind; what lies up to here may go."""
    seen_at: datetime
    partitions: int
    caller: str
    """The module that reads."""


def remote_readers(publisher: str) -> tuple[FeedReader, ...]:
    """All readers of the hosted module's log that nobody has said to be gone.

    :raises django.db.Error: the log's database cannot be reached.
    """
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_ALL)
        return tuple(_reader(row) for row in cursor.fetchall())


def forget_reader(*, publisher: str, subscription: str, reason: str) -> tuple[FeedReader, ...]:
    """Say that a subscription is gone for good, so that the log need not keep anything for it.

    If it does come back, it is a reader again; what was dropped meanwhile it has to replay from the archive.

    :param reason: kept with its rows.
    :returns: what it was, for each partition.
    :raises LookupError: no such subscription reads the log.
    :raises ValueError: the reason is empty.
    """
    if not reason.strip():
        raise ValueError("Give a reason: it is kept, for whoever asks where the reader has gone.")
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_FORGET, [reason, subscription])
        found = tuple(_reader(row) for row in cursor.fetchall())
    if not found:
        known = ", ".join(sorted({reader.subscription for reader in remote_readers(publisher)})) or "none"
        raise LookupError(f"No subscription {subscription!r} reads the log of {publisher!r}; its readers are: {known}.")
    return found


_noted: dict[tuple[str, str], float] = {}
_lock = threading.Lock()


def note_readers(*, publisher: str, caller: str, told: Sequence[ToldPositions]) -> None:
    """Write down what a reader tells, unless that was done within the last second."""
    now = time.monotonic()
    with _lock:
        due = [each for each in told if now - _noted.get((publisher, each.subscription), -NOTED_EVERY) >= NOTED_EVERY]
        _noted.update({(publisher, each.subscription): now for each in due})
    if not due:
        return
    with atomic(publisher), connection_for(publisher).cursor() as cursor:
        for each in sorted(due, key=lambda told: told.subscription):
            count = len(each.positions)
            cursor.execute(
                _NOTE,
                {
                    "subscription": each.subscription,
                    "count": count,
                    "positions": list(each.positions),
                    "caller": caller,
                },
            )
            cursor.execute(_EXCESS, [each.subscription, count])


def _reader(row: tuple[str, int, int, datetime, int, str]) -> FeedReader:
    subscription, partition, position, seen_at, partitions, caller = row
    return FeedReader(
        subscription=subscription,
        partition=partition,
        position=position,
        seen_at=seen_at,
        partitions=partitions,
        caller=caller,
    )
