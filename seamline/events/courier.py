"""The courier of one subscription: from one publisher's log to the handler, effects and checkpoint in one commit.

The log is read before the transaction opens; the checkpoint's lock then shows whether somebody else was faster. This
file may not know threads; ``lane`` and ``drain`` decide when a courier steps.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError

from seamline.data import atomic
from seamline.events.checkpoint import Checkpoint
from seamline.events.feed import Feed, FeedBatch
from seamline.events.handling import HandlerFailed, Handling
from seamline.events.shelf import Failure, Head, Shelf
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Subscription

BATCH = 200
"""Events of one commit where the handler takes them one by one."""
UNWRITTEN = 1_000
"""Positions of events that nobody wants, after which the checkpoint is moved on all the same."""
SHELF_EVERY = 1.0
"""Seconds after which the shelf is looked at even under constant load."""
KEYS_AT_ONCE = 50
EVENTS_OF_KEY_AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step did, and when the next makes sense."""

    handled: int = 0
    """Events that are dealt with: handled, put aside or queued behind an earlier one."""
    again: bool = False
    """More can be done at once."""
    held_back: bool = False
    """An open transaction that writes events keeps later ones from being read."""
    busy: bool = False
    """Another process or thread delivers for this subscription at the moment."""
    paused: bool = False
    retry_in: float | None = None
    """Seconds until the next attempt of a failed event."""


class _GiveWay(Exception):
    """Ends the transaction without effects: the step is not ours to take."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step


class Courier:
    """Delivers for one subscription and publisher. For one thread; any number may compete, one at a time delivers."""

    def __init__(self, *, subscriber: str, subscription: Subscription, publisher: str, feed: Feed) -> None:
        self.subscriber = subscriber
        self.subscription = subscription
        self.publisher = publisher
        self._feed = feed
        self._names = subscription.names_of(publisher)
        self._handling = Handling(subscriber=subscriber, subscription=subscription, publisher=publisher)
        names = {"subscriber": subscriber, "subscription": subscription.name, "publisher": publisher}
        self._checkpoint = Checkpoint(**names)
        self._shelf = Shelf(**names)
        self._stored: int | None = None
        self._after = 0
        self._alone_until = 0
        self._shelf_at = 0.0

    def forget(self) -> None:
        """Read the checkpoint again before the next step; after an error of the database nothing else is sure."""
        self._stored = None

    def step(self, *, at_once: bool = False) -> Step:
        """Deliver one batch, and retry what is due.

        :param at_once: retry failed events without waiting for their delay.
        :raises django.db.Error: the database cannot be reached; nothing is lost, step again later.
        """
        if self._stored is None and not self._started():
            return Step(held_back=True)
        alone = self._after < self._alone_until
        limit = 1 if alone else (self.subscription.batch or BATCH)
        batch = self._feed.read(after=self._after, limit=limit, names=self._names)
        retried, retry_in = 0, None
        if not batch.events or time.monotonic() >= self._shelf_at:
            retried, retry_in = self._retry(at_once=at_once)
        try:
            handled = self._deliver(batch)
        except _GiveWay as way:
            return way.step
        return Step(
            handled=handled + retried,
            again=batch.more or handled > 0 or retried > 0,
            held_back=batch.held_back,
            retry_in=retry_in,
        )

    def _started(self) -> bool:
        position = self._checkpoint.peek()
        if position is None:
            start = 0 if self.subscription.start == "beginning" else self._feed.end()
            if start is None:
                return False
            self._checkpoint.create(position=start)
            position = self._checkpoint.peek()
            assert position is not None
        self._stored = self._after = position
        return True

    def _deliver(self, batch: FeedBatch) -> int:
        assert self._stored is not None
        events = batch.events
        if not events and batch.position - self._stored < UNWRITTEN:
            self._after = batch.position
            return 0
        end, failure = batch.position, None
        while True:
            try:
                self._commit(events, end=end, failure=failure)
            except HandlerFailed as failed:
                if not events:
                    raise
                if failed.index is None:
                    # Which of the batch it was shows when each comes alone.
                    self._alone_until = events[-1].position
                    return len(events)
                culprit = events[failed.index]
                failure = (culprit, self._failure(failed, position=culprit.position, attempts=1))
                end, events = culprit.position, events[: failed.index]
                continue
            self._stored = self._after = end
            return len(events) + (failure is not None)

    def _commit(self, events: Sequence[StoredEvent], *, end: int, failure: tuple[StoredEvent, Failure] | None) -> None:
        try:
            with atomic(self.subscriber):
                self._claim(position=self._stored)
                if events:
                    blocked = self._shelf.blocked({event.key for event in events})
                    if blocked:
                        self._shelf.add_waiting([event for event in events if event.key in blocked])
                    self._run(events, blocked)
                if failure is not None:
                    self._shelf.add_failure(*failure)
                self._checkpoint.move(position=end)
        except IntegrityError as error:
            # A deferred constraint speaks at the commit.
            raise HandlerFailed(index=0 if len(events) == 1 else None, cause=error) from error

    def _run(self, events: Sequence[StoredEvent], blocked: set[str]) -> None:
        flowing = [event for event in events if event.key not in blocked] if blocked else events
        try:
            self._handling.run(flowing)
        except HandlerFailed as failed:
            if failed.index is not None and blocked:
                failed.index = events.index(flowing[failed.index])
            raise

    def _retry(self, *, at_once: bool) -> tuple[int, float | None]:
        """Try the heads that are due; how many events that dealt with, and the seconds until the next is due."""
        self._shelf_at = time.monotonic() + SHELF_EVERY
        handled = 0
        waits: list[float] = []
        for head in self._shelf.heads(limit=KEYS_AT_ONCE):
            if head.seconds > 0 and not at_once:
                waits.append(head.seconds)
                continue
            handled += self._retry_key(head.key)
        return handled, min(waits, default=None)

    def _retry_key(self, key: str) -> int:
        queue = self._shelf.queue(key=key, limit=EVENTS_OF_KEY_AT_ONCE)
        events = {event.position: event for event in self._feed.fetch(positions=[head.position for head in queue])}
        handled = 0
        for head in queue:
            try:
                self._retry_one(head, events.get(head.position))
            except _GiveWay:
                break
            except (HandlerFailed, IntegrityError) as error:
                failed = error if isinstance(error, HandlerFailed) else HandlerFailed(index=0, cause=error)
                self._note_failure(head, failed)
                return handled + 1
            handled += 1
        return handled

    def _retry_one(self, head: Head, event: StoredEvent | None) -> None:
        with atomic(self.subscriber):
            self._claim()
            if not self._shelf.take(head):
                raise _GiveWay(Step(busy=True))
            if event is None:
                missing = LookupError(
                    f"The log of {self.publisher!r} has no event at position {head.position} any more; discard it."
                )
                raise HandlerFailed(index=0, cause=missing)
            self._handling.run([event], attempt=head.attempts + 1)

    def _note_failure(self, head: Head, failed: HandlerFailed) -> None:
        with atomic(self.subscriber):
            self._checkpoint.lock()
            self._shelf.fail_again(self._failure(failed, position=head.position, attempts=head.attempts + 1))

    def _claim(self, *, position: int | None = None) -> None:
        claim = self._checkpoint.claim(timeout=self.subscription.timeout)
        if claim is None:
            raise _GiveWay(Step(busy=True))
        if claim.paused:
            raise _GiveWay(Step(paused=True))
        if position is not None and claim.position != position:
            self._stored = self._after = claim.position
            raise _GiveWay(Step(again=True))

    def _failure(self, failed: HandlerFailed, *, position: int, attempts: int) -> Failure:
        parked = attempts >= self.subscription.max_attempts
        delay = None if parked else self.subscription.delay_after(attempts)
        if delay is not None:
            self._shelf_at = min(self._shelf_at, time.monotonic() + delay)
        return Failure(
            position=position, attempts=attempts, delay=delay, error=failed.error, traceback=failed.traceback
        )
