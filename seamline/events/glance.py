"""One look at a log for all partitions that ask within a moment: a hint wakes them all, and most have nothing to read.

What it shows is settled and never changes, so a look that is shared can be old, but not wrong. This file may not know
checkpoints.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from seamline.events.behind import Behind
from seamline.events.feed import Feed, FeedBatch
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent

MOST = 200
"""Events of one look; where more wait, each partition reads for itself."""
MOMENT = 0.05
"""Seconds after which a look is not shared any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    after: int
    at: float
    batch: FeedBatch


class Glance:
    """A feed that reads as another one does. For one thread, which calls ``renew`` before it looks again."""

    def __init__(self, *, feed: Feed) -> None:
        self._feed = feed
        self._seen: dict[tuple[str, ...], _Seen] = {}

    def renew(self) -> None:
        """Look anew at the next question."""
        self._seen.clear()

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> FeedBatch:
        if partition.count > 1:
            seen = self._looked(after, tuple(names))
            batch = seen.batch
            fresh = time.monotonic() - seen.at < MOMENT
            if fresh and not batch.more and seen.after <= after <= batch.position:
                return _share(batch, after=after, limit=limit, partition=partition)
        return self._feed.read(after=after, limit=limit, names=names, partition=partition)

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        return self._feed.fetch(positions=positions)

    def end(self) -> int | None:
        return self._feed.end()

    def position_at(self, *, at: datetime) -> int | None:
        return self._feed.position_at(at=at)

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        return self._feed.behind(after=after, names=names, partition=partition)

    def _looked(self, after: int, names: tuple[str, ...]) -> _Seen:
        if names not in self._seen:
            batch = self._feed.read(after=after, limit=MOST, names=names)
            self._seen[names] = _Seen(after=after, at=time.monotonic(), batch=batch)
        return self._seen[names]


def _share(batch: FeedBatch, *, after: int, limit: int, partition: Partition) -> FeedBatch:
    events = tuple(event for event in batch.events if event.position > after and partition.holds(event.key))
    more = len(events) > limit
    return FeedBatch(
        events=events[:limit],
        position=events[limit - 1].position if more else batch.position,
        more=more,
        held_back=batch.held_back,
    )
