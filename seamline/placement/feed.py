"""The log of a hosted module as the hub reads it: at its service while it is placed there, else, or without one, here.

Both are the same log at the same positions, so a reader may be led from one to the other between any two questions.
This file may not know subscriptions or checkpoints.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from seamline.events.behind import Behind
from seamline.events.feed import Feed, FeedBatch, FeedUnavailable, SqlFeed
from seamline.events.http_feed import HttpFeed
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent
from seamline.placement.following import follows
from seamline.placement.here import serves_here
from seamline.placement.reaching import service_url

PATIENCE = 2.0
"""Seconds for the service to answer; the log can be read here, too."""
REST = 1.0
"""Seconds for which a service that did not answer is not asked again."""
A = TypeVar("A")


def placed_feed(publisher: str) -> Feed:
    """A new feed of a hosted log for one thread: one that goes by placements where this process does."""
    return PlacedFeed(publisher=publisher) if follows() else SqlFeed(publisher=publisher)


class PlacedFeed:
    """Reads the log where its module is placed. For one thread."""

    def __init__(self, *, publisher: str) -> None:
        self.publisher = publisher
        self._here = SqlFeed(publisher=publisher)
        self._there: HttpFeed | None = None
        self._rests_until = 0.0

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> FeedBatch:
        """As ``Feed.read``."""
        return self._ask(lambda feed: feed.read(after=after, limit=limit, names=names, partition=partition))

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """As ``Feed.fetch``."""
        return self._ask(lambda feed: feed.fetch(positions=positions))

    def end(self) -> int | None:
        """As ``Feed.end``."""
        return self._ask(lambda feed: feed.end())

    def position_at(self, *, at: datetime) -> int | None:
        """As ``Feed.position_at``."""
        return self._ask(lambda feed: feed.position_at(at=at))

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        """As ``Feed.behind``."""
        return self._ask(lambda feed: feed.behind(after=after, names=names, partition=partition))

    def _ask(self, question: Callable[[Feed], A]) -> A:
        if serves_here(self.publisher) or time.monotonic() < self._rests_until:
            return question(self._here)
        if self._there is None:
            self._there = HttpFeed(
                publisher=self.publisher, url=partial(service_url, self.publisher), patience=PATIENCE
            )
        try:
            return question(self._there)
        except FeedUnavailable:
            self._rests_until = time.monotonic() + REST
            return question(self._here)
