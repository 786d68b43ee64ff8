"""A publisher's log in another deployable, read over signed HTTP: the same events at the same positions as by SQL.

A log that cannot be reached is an error that lanes wait out. Every few seconds a reader tells how far its process's
subscriptions have come, so that the publisher keeps what they need. This file may not know couriers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import msgspec

from seamline.contract.codec import encode
from seamline.events.behind import Behind
from seamline.events.feed import FeedBatch, FeedUnavailable
from seamline.events.feed_wire import (
    MOST_EVENTS,
    MOST_POSITIONS,
    EndAnswer,
    FetchAnswer,
    ReadAnswer,
    from_wire,
    in_query,
)
from seamline.events.partition import WHOLE, Partition
from seamline.events.stored import StoredEvent
from seamline.events.telling import caller_for, positions_to_tell, tell_again
from seamline.events.whereabouts import Place
from seamline.signing.channel import Channel, ExchangeFailed

SECONDS = 10.0
"""For an answer that need not wait, unless the reader has less patience."""
A = TypeVar("A")


class HttpFeed:
    """Reads the log through the deployable that hosts it. For one thread.

    :param url: where that answers; the feed is below ``/internal/feeds/`` there. What finds it is asked at first, and
        again when there was no answer: the module may have moved.
    :param patience: seconds for an answer that need not wait.
    """

    def __init__(self, *, publisher: str, url: Place, patience: float = SECONDS) -> None:
        self.publisher = publisher
        self._url = url
        self._patience = patience
        self._interrupted = False
        self._open: Channel | None = None if callable(url) else self._opened(url)
        self._path = f"/internal/feeds/{publisher}"
        self._wanted: int | None = None

    def read(self, *, after: int, limit: int, names: Sequence[str], partition: Partition = WHOLE) -> FeedBatch:
        """As ``Feed.read``.

        :raises FeedUnavailable: the log cannot be read now.
        """
        self._tell()
        answer = self._answer(
            "",
            ReadAnswer,
            in_query(
                after=after,
                limit=min(limit, MOST_EVENTS),
                names=list(names),
                index=partition.index,
                count=partition.count,
            ),
        )
        events = from_wire(answer.events)
        positions = [after, *(event.position for event in events), answer.position]
        if positions != sorted(positions) or any(event.name not in names for event in events):
            raise self._unavailable("it answered events that were not asked for, or not in order")
        return FeedBatch(events=events, position=answer.position, more=answer.more, held_back=answer.held_back)

    def wait(self, *, after: int, names: Sequence[str], seconds: float) -> ReadAnswer:
        """Wait until there is an event of these names behind the position, or for so long, and answer the first.

        ``settled`` is where to wait on; ``turned_away`` says that the server had no place to wait.

        :raises FeedUnavailable: the log cannot be read now.
        """
        query = in_query(after=after, limit=1, names=list(names), wait=seconds)
        return self._answer("", ReadAnswer, query, wait=seconds)

    def fetch(self, *, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """As ``Feed.fetch``.

        :raises FeedUnavailable: the log cannot be read now.
        """
        left = sorted(set(positions))
        found: list[StoredEvent] = []
        while left:
            asked = left[:MOST_POSITIONS]
            answer = self._answer("/events", FetchAnswer, in_query(position=asked))
            events = from_wire(answer.events)
            if any(event.position not in asked for event in events) or not (events or answer.complete):
                raise self._unavailable("it answered events that were not asked for")
            found += events
            done = asked[-1] if answer.complete else events[-1].position
            left = [position for position in left if position > done]
        return tuple(found)

    def end(self) -> int | None:
        """As ``Feed.end``.

        :raises FeedUnavailable: the log cannot be read now.
        """
        return self._end(at=None)

    def position_at(self, *, at: datetime) -> int | None:
        """As ``Feed.position_at``.

        :raises FeedUnavailable: the log cannot be read now.
        """
        return self._end(at=at)

    def behind(self, *, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
        """As ``Feed.behind``.

        :raises FeedUnavailable: the log cannot be read now.
        """
        return self._answer(
            "/behind",
            Behind,
            in_query(after=after, names=list(names), index=partition.index, count=partition.count),
        )

    def interrupt(self) -> None:
        """End a request that the feed's thread waits for; it raises ``FeedUnavailable`` there. Safe from any thread."""
        self._interrupted = True
        if self._open is not None:
            self._open.interrupt()

    def _end(self, *, at: datetime | None) -> int | None:
        answer = self._answer("/end", EndAnswer, in_query(wanted=self._wanted, at=at))
        self._wanted = answer.wanted if answer.end is None else None
        return answer.end

    def _tell(self) -> None:
        told = positions_to_tell(self.publisher)
        if told:
            try:
                self._channel().post(f"{self._path}/readers", encode(told), seconds=self._patience)
            except (ExchangeFailed, FeedUnavailable) as failed:
                tell_again(self.publisher)
                raise self._given_up(failed) from failed

    def _answer(self, path: str, kind: type[A], query: list[tuple[str, str]], *, wait: float = 0.0) -> A:
        try:
            channel = self._channel()
            body = channel.get(self._path + path, query, seconds=wait + self._patience)
            answer: A = msgspec.json.decode(body, type=kind)
        except (ExchangeFailed, FeedUnavailable) as failed:
            raise self._given_up(failed) from failed
        except msgspec.MsgspecError as error:
            raise self._unavailable(f"{channel.place} answered what is no feed: {error}") from error
        return answer

    def _channel(self) -> Channel:
        if self._open is None:
            assert callable(self._url)
            self._open = self._opened(self._url())
            if self._interrupted:
                self._open.interrupt()
        return self._open

    def _opened(self, url: str) -> Channel:
        return Channel(url=url, caller=caller_for(self.publisher), audience=self.publisher)

    def _given_up(self, failed: ExchangeFailed | FeedUnavailable) -> FeedUnavailable:
        if callable(self._url) and self._open is not None:
            channel, self._open = self._open, None
            channel.close()
        return failed if isinstance(failed, FeedUnavailable) else self._unavailable(str(failed))

    def _unavailable(self, reason: str) -> FeedUnavailable:
        return FeedUnavailable(f"The log of {self.publisher!r} cannot be read: {reason}")
