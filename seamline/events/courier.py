"""A courier: from one publisher's log to the handler of one subscription, effects and checkpoint in one commit.

The log is read before the transaction opens; the checkpoint's lock then shows whether somebody else was faster. This
file may not know threads; ``lane`` and ``drain`` decide when a courier steps.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf
from typing import Any
from uuid import uuid4

from seamline.events.checkpoint import Checkpoint
from seamline.events.effects import effects
from seamline.events.feed import Feed, FeedBatch
from seamline.events.handling import HandlerFailed, Handling
from seamline.events.partition import WHOLE, Partition
from seamline.events.retrying import Retries
from seamline.events.shelf import Failure, Shelf
from seamline.events.step import GiveWay, Step
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Subscription

BATCH = 200
"""Events of one commit where the handler takes them one by one."""
UNWRITTEN = 1_000
"""Positions of events that nobody wants, after which the checkpoint is moved on all the same."""
LOOK_EVERY = 1.0
"""Seconds after which the checkpoint is read again, where nothing is being written to it."""
LEFT_ALONE_EVERY = 10.0
"""Seconds between two looks whether those for whom we stand aside are still there."""
COMMIT_AFTER = 0.5
"""Seconds after which a step begins no further call of the handler and commits: slow handlers hold up neither the
other subscriptions nor a stop, and the session does not idle for longer than the server allows."""


def new_owner() -> str:
    """A name for whoever holds a lease, that tells an operator where it runs."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"


class Courier:
    """Delivers for one subscription, publisher and partition. For one thread; any number may compete, one delivers.

    :param until: stop there: the position to which a partition is brought before the keys are divided anew.
    """

    def __init__(
        self,
        *,
        subscriber: str,
        subscription: Subscription,
        publisher: str,
        feed: Feed,
        partition: Partition = WHOLE,
        owner: str = "",
        until: int | None = None,
    ) -> None:
        self.subscriber = subscriber
        self.subscription = subscription
        self.publisher = publisher
        self.partition = partition
        self._feed = feed
        self._until = until
        self._names = subscription.names_of(publisher)
        self.handling = Handling(subscriber=subscriber, subscription=subscription, publisher=publisher)
        self._owner = owner or new_owner()
        names = {"subscriber": subscriber, "subscription": subscription.name, "publisher": publisher}
        self._checkpoint = Checkpoint(**names, owner=self._owner, partition=partition)
        self._shelf = Shelf(**names, partition=partition)
        self._retries = Retries(
            subscription=subscription,
            feed=feed,
            handling=self.handling,
            checkpoint=self._checkpoint,
            shelf=self._shelf,
            claim=self._claim,
        )
        self._stored: int | None = None
        self._after = 0
        self._alone_until = 0
        self._look_at = 0.0
        self._may_divide = until is None
        self._aside_at = 0.0
        self._burst_ends = 0.0
        self._leased = False

    def forget(self) -> None:
        """Read the checkpoint again before the next step; after an error of the database nothing else is sure."""
        self._stored = None
        self._leased = False

    def burst(self, *, seconds: float = 0.5, stopping: Callable[[], bool] = lambda: False) -> Step:
        """Step until there is nothing to do at once, or for so long. Others leave the partition alone meanwhile.

        :param stopping: asked after each step; True ends the burst.
        :returns: the last step, with all that was handled; ``again`` says that the time was too short.
        :raises django.db.Error: the database cannot be reached; nothing is lost, ``forget`` and come again later.
        """
        self._burst_ends = time.monotonic() + seconds
        handled = 0
        while True:
            step = self.step()
            handled += step.handled
            if not step.again or stopping() or time.monotonic() >= self._burst_ends:
                break
        self._burst_ends = 0.0
        if self._leased:
            self._checkpoint.free()
            self._leased = False
        return replace(step, handled=handled)

    def step(self, *, at_once: bool = False) -> Step:
        """Deliver one batch, and retry what is due.

        :param at_once: retry failed events without waiting for their delay.
        :raises django.db.Error: the database cannot be reached; nothing is lost, step again later.
        """
        if not self._leased and time.monotonic() >= self._look_at:
            self._stored = None  # an operator may have moved it, which an idle one would not see
        if self._stored is None and (step := self.start()) is not None:
            return step
        alone = self._after < self._alone_until
        limit = 1 if alone else (self.subscription.batch or BATCH)
        batch = self._read(limit)
        retried, retry_at = self._retries.run(idle=not batch.events, at_once=at_once, seconds=COMMIT_AFTER)
        if self._stored is None:
            return Step(handled=retried, busy=True)
        try:
            handled = self._deliver(batch)
        except GiveWay as way:
            return way.step
        return Step(
            handled=handled + retried,
            again=batch.more or handled > 0 or retried > 0,
            held_back=batch.held_back,
            retry_in=None if retry_at == inf else max(0.0, retry_at - time.monotonic()),
        )

    def start(self) -> Step | None:
        """Find out where to go on; a step where that is not possible now."""
        peek = self._checkpoint.peek()
        if peek is None:
            position = self._first_position()
            if position is None:
                return Step(held_back=True)
            self._checkpoint.create(position=position)
            peek = self._checkpoint.peek()
            assert peek is not None
        if peek.partition.count != self.partition.count:
            return self._divide()
        if peek.leased:
            return Step(busy=True)
        self._may_divide = False
        self._look_at = time.monotonic() + LOOK_EVERY
        self._stored = self._after = peek.position
        return None

    def _first_position(self) -> int | None:
        start = self.subscription.start
        if isinstance(start, datetime):
            return self._feed.position_at(at=start)
        return 0 if start == "beginning" else self._feed.end()

    def _divide(self) -> Step:
        """The keys are divided otherwise than we think: divide them anew at our start, else let others deliver."""
        from seamline.events.dividing import divide, left_alone

        place: dict[str, Any] = {
            "subscriber": self.subscriber,
            "subscription": self.subscription,
            "publisher": self.publisher,
            "feed": self._feed,
        }
        if not self._may_divide:
            # A process with a newer manifest has divided them; it may be gone.
            if self._until is not None or self.partition.index or time.monotonic() < self._aside_at:
                return Step()
            self._aside_at = time.monotonic() + LEFT_ALONE_EVERY
            if not left_alone(**place):
                return Step()
        return divide(**place, owner=self._owner, count=self.partition.count)

    def _read(self, limit: int) -> FeedBatch:
        batch = self._feed.read(after=self._after, limit=limit, names=self._names, partition=self.partition)
        if self._until is None or batch.position <= self._until:
            return batch
        return FeedBatch(
            events=tuple(event for event in batch.events if event.position <= self._until),
            position=self._until,
            more=False,
            held_back=False,
        )

    def _deliver(self, batch: FeedBatch) -> int:
        assert self._stored is not None
        events = batch.events
        if not events and batch.position - self._stored < UNWRITTEN and batch.position != self._until:
            self._after = batch.position
            return 0
        end, failure = batch.position, None
        while True:
            try:
                return self._commit(events, end=end, failure=failure, more=batch.more)
            except HandlerFailed as failed:
                if not events:
                    raise
                if failed.index is None:
                    # Which of the batch it was shows when each comes alone.
                    self._alone_until = events[-1].position
                    raise GiveWay(Step(again=True)) from None
                culprit = events[failed.index]
                failure = (culprit, self._retries.failure(failed, position=culprit.position, attempts=1))
                end, events = culprit.position, events[: failed.index]

    def _commit(
        self,
        events: Sequence[StoredEvent],
        *,
        end: int,
        failure: tuple[StoredEvent, Failure] | None,
        more: bool,
    ) -> int:
        with effects(self.subscriber, index=0 if len(events) == 1 else None):
            self._claim(position=self._stored)
            if events:
                blocked = self._shelf.blocked({event.key for event in events})
                given = len(events)
                events = self._run(events, blocked)
                if len(events) < given:
                    end, failure, more = events[-1].position, None, True
                if blocked:
                    self._shelf.add_waiting([event for event in events if event.key in blocked])
            if failure is not None:
                self._shelf.add_failure(*failure)
            failures = int(failure is not None)
            keep = more and time.monotonic() < self._burst_ends
            self._checkpoint.move(position=end, handled=len(events) + failures, failures=failures, keep=keep)
        self._stored = self._after = end
        self._leased = keep
        return len(events) + failures

    def _run(self, events: Sequence[StoredEvent], blocked: set[str]) -> Sequence[StoredEvent]:
        """Call the handler; the events that are dealt with, fewer than given when time was up."""
        flowing = [event for event in events if event.key not in blocked] if blocked else events
        try:
            handled = self.handling.run(flowing, seconds=COMMIT_AFTER)
        except HandlerFailed as failed:
            if failed.index is not None and blocked:
                failed.index = events.index(flowing[failed.index])
            raise
        return events if handled == len(flowing) else events[: events.index(flowing[handled])]

    def _claim(self, *, position: int | None = None) -> None:
        claim = self._checkpoint.claim(timeout=self.subscription.timeout)
        if claim is None or claim.leased:
            self._stored = None
            raise GiveWay(Step(busy=True))
        if claim.partitions != self.partition.count:
            self._stored = None
            raise GiveWay(Step())
        if claim.paused:
            raise GiveWay(Step(paused=True))
        if position is not None and claim.position != position:
            self._stored = self._after = claim.position
            raise GiveWay(Step(again=True))
