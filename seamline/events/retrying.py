"""Retrying what lies on the shelf: when that is looked at, which keys are tried, and what a further failure leaves.

Each event has a transaction of its own, so that one that fails again undoes none before it. This file may not move the
checkpoint.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from math import inf

from seamline.data import atomic
from seamline.events.checkpoint import Checkpoint
from seamline.events.effects import effects
from seamline.events.feed import Feed
from seamline.events.handling import HandlerFailed, Handling
from seamline.events.shelf import Failure, Head, Shelf
from seamline.events.step import GiveWay, Step
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Subscription

SHELF_EVERY = 1.0
"""Seconds after which the shelf is looked at even under constant load."""
SHELF_SHARE, LONGEST_SHELF_REST = 20, 10.0
"""All partitions together look at the shelf for one in so many seconds at most: a full one takes long to look through.
A retry that is known to be due is not put off by that."""
KEYS_AT_ONCE = 50
EVENTS_OF_KEY_AT_ONCE = 100


class Retries:
    """The retries of one courier. For one thread.

    :param claim: lock the checkpoint in the open transaction.
        :raises GiveWay: somebody else delivers, or nobody may.
    """

    def __init__(
        self,
        *,
        subscription: Subscription,
        feed: Feed,
        handling: Handling,
        checkpoint: Checkpoint,
        shelf: Shelf,
        claim: Callable[[], None],
    ) -> None:
        self._subscription = subscription
        self._feed = feed
        self._handling = handling
        self._checkpoint = checkpoint
        self._shelf = shelf
        self._claim = claim
        self._shelf_at = self._idle_shelf_at = 0.0
        self._due_at = inf

    def run(self, *, idle: bool, at_once: bool, seconds: float) -> tuple[int, float]:
        """Try the heads that are due, unless it is too early for a look at the shelf.

        :param idle: there is nothing else to do.
        :param at_once: do not wait for delays.
        :param seconds: begin no further event after so many.
        :returns: how many events that dealt with, and when to come again, as ``time.monotonic``.
        """
        look_at = self._shelf_at if not idle else 0.0 if at_once else self._idle_shelf_at
        if time.monotonic() < min(look_at, self._due_at):
            return 0, min(self._due_at, self._idle_shelf_at)  # what woke us may lie on the shelf
        return self._retry(at_once=at_once, seconds=seconds), self._due_at

    def failure(self, failed: HandlerFailed, *, position: int, attempts: int) -> Failure:
        """What so many failed attempts mean for the event: a retry after a delay, or that it is parked."""
        parked = attempts >= self._subscription.max_attempts
        delay = None if parked else self._subscription.delay_after(attempts)
        if delay is not None:
            self._due_at = min(self._due_at, time.monotonic() + delay)
        return Failure(
            position=position, attempts=attempts, delay=delay, error=failed.error, traceback=failed.traceback
        )

    def _retry(self, *, at_once: bool, seconds: float) -> int:
        began = time.monotonic()
        heads = self._shelf.heads(limit=KEYS_AT_ONCE)
        now = time.monotonic()
        rest = min((now - began) * SHELF_SHARE * self._checkpoint.partition.count, LONGEST_SHELF_REST)
        self._shelf_at, self._idle_shelf_at = now + max(SHELF_EVERY, rest), now + rest
        self._due_at = inf
        handled = 0
        for head in heads:
            if head.seconds > 0 and not at_once:
                self._due_at = min(self._due_at, now + head.seconds)
                continue
            done, way_given = self._retry_key(head.key, ends=now + seconds)
            handled += done
            if way_given or time.monotonic() >= now + seconds:
                break
        if handled:
            self._idle_shelf_at = 0.0  # there may be more
        return handled

    def _retry_key(self, key: str, *, ends: float) -> tuple[int, bool]:
        """Try the key's events in order; how many that dealt with, and whether the partition is not ours now."""
        queue = self._shelf.queue(key=key, limit=EVENTS_OF_KEY_AT_ONCE)
        events = {event.position: event for event in self._feed.fetch(positions=[head.position for head in queue])}
        handled = 0
        for head in queue:
            try:
                self._retry_one(head, events.get(head.position))
            except GiveWay:
                return handled, True
            except HandlerFailed as failed:
                self._note_failure(head, failed)
                return handled + 1, False
            handled += 1
            if time.monotonic() >= ends:
                break
        return handled, False

    def _retry_one(self, head: Head, event: StoredEvent | None) -> None:
        with effects(self._checkpoint.subscriber, index=0):
            self._claim()
            if not self._shelf.take(head):
                raise GiveWay(Step(busy=True))
            if event is None:
                missing = LookupError(
                    f"The log of {self._checkpoint.publisher!r} has no event at position {head.position} any more; "
                    "discard it."
                )
                raise HandlerFailed(index=0, cause=missing)
            self._handling.run([event], attempt=head.attempts + 1)

    def _note_failure(self, head: Head, failed: HandlerFailed) -> None:
        with atomic(self._checkpoint.subscriber):
            self._checkpoint.lock()
            self._shelf.fail_again(self.failure(failed, position=head.position, attempts=head.attempts + 1))
            self._checkpoint.count_failure()
