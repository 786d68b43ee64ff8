"""Running a replay: the handler is given old events again, effects and progress in one commit, beside live delivery.

Killed anywhere, it goes on exactly where it was. Any number of processes may run one replay; each share is run by one
at a time. This file may not decide what is replayed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from psycopg import errors

from seamline.data import connection_for
from seamline.events.courier import COMMIT_AFTER
from seamline.events.effects import effects
from seamline.events.feed import Feed, feed_for
from seamline.events.handling import HandlerFailed, Handling
from seamline.events.hosted import subscriptions
from seamline.events.stored import StoredEvent
from seamline.events.subscription import Subscription
from seamline.history.replay import Replay, ReplayStatus, Share, claim, fail, move, replay_with

BATCH = 100
"""Events of one commit where the handler takes them one by one: few, for live delivery may wait for their rows."""
READ_AHEAD = 2_000
"""Events read at once where only those of one key are wanted."""
GIVE_WAY = 20
"""Times in a row that a batch gives way to live delivery, before that counts as a failure."""
_PUT_ASIDE = "SELECT position FROM parked_event WHERE subscription = %s AND publisher = %s AND position = ANY(%s)"
_LOCKED_OUT = (errors.LockNotAvailable, errors.DeadlockDetected, errors.SerializationFailure)


class _Elsewhere(Exception):
    """The share is run by somebody else, or is over."""


def run_replay(
    identifier: str,
    *,
    progress: Callable[[int], None] = lambda handled: None,
    stopping: Callable[[], bool] = lambda: False,
) -> Replay:
    """Run a replay in this thread until it is over, fails, or is stopped.

    :param progress: told how many events were handled again, after each commit.
    :param stopping: asked after each commit; True leaves it where it is.
    :returns: how it stands then; still running where it was stopped or others run shares of it.
    :raises LookupError: no hosted module has it, or its subscription, or this process has no way to the publisher.
    :raises ArchiveDamaged: an archived part of the log cannot be read.
    """
    found = replay_with(identifier)
    subscription = next(each for _, each in subscriptions(found.subscription))
    for share in found.shares:
        if share.status is not ReplayStatus.RUNNING:
            continue
        runner = _Runner(subscriber=found.subscriber, subscription=subscription, share=share)
        try:
            while runner.step(progress):
                if stopping():
                    return replay_with(identifier)
        except _Elsewhere:
            continue
        if replay_with(identifier).failed is not None:
            break
    return replay_with(identifier)


class _Runner:
    """Runs one share. For one thread."""

    def __init__(self, *, subscriber: str, subscription: Subscription, share: Share) -> None:
        self._subscriber = subscriber
        self._subscription = replace(subscription, handler=share.handler)
        self._share = share
        self._position = share.position
        self._alone_until = 0
        self._gave_way = 0
        self._names = subscription.names_of(share.publisher)
        self._feed = self._opened()
        self._handling = Handling(
            subscriber=subscriber, subscription=self._subscription, publisher=share.publisher, replayed=True
        )

    def step(self, progress: Callable[[int], None]) -> bool:
        """Handle a batch; False when the share is completed or has failed.

        :raises _Elsewhere: somebody else runs it, or it was cancelled.
        """
        share = self._share
        end, events = self._read()
        while True:
            try:
                progress(self._commit(events, end=end))
            except HandlerFailed as failed:
                if not events:
                    raise
                if self._gives_way(failed):
                    return True
                if failed.index is None:
                    self._alone_until = events[-1].position
                    return True
                culprit = events[failed.index]
                if failed.index:
                    end, events = events[failed.index - 1].position, events[: failed.index]
                    progress(self._commit(events, end=end))
                fail(
                    self._subscriber,
                    share,
                    position=self._position,
                    at=culprit.position,
                    error=failed.error,
                    traceback=failed.traceback,
                )
                return False
            self._gave_way = 0
            return self._position < share.until

    def _opened(self) -> Feed:
        share = self._share
        feed = feed_for(share.publisher)
        if feed is None:
            raise LookupError(
                f"This process has no way to the log of {share.publisher!r}; run the replay where one is."
            )
        # All of a replay was delivered before, so it is settled: no open transaction may hold it back.
        feed.read(after=share.until, limit=1, names=self._names, partition=share.keys)
        return feed

    def _read(self) -> tuple[int, Sequence[StoredEvent]]:
        share = self._share
        limit = 1 if self._position < self._alone_until else (self._subscription.batch or BATCH)
        read = limit if share.key is None else max(limit, READ_AHEAD)
        batch = self._feed.read(after=self._position, limit=read, names=self._names, partition=share.keys)
        wanted = [e for e in batch.events if e.position <= share.until and share.key in (None, e.key)]
        if len(wanted) > limit:
            return wanted[limit - 1].position, wanted[:limit]
        return min(batch.position, share.until), wanted

    def _commit(self, events: Sequence[StoredEvent], *, end: int) -> int:
        with effects(self._subscriber, index=0 if len(events) == 1 else None):
            claimed = claim(self._subscriber, self._share, timeout=self._subscription.timeout)
            if claimed is None or claimed.status is not ReplayStatus.RUNNING or claimed.position != self._position:
                raise _Elsewhere
            aside = self._put_aside(events)
            flowing = [event for event in events if event.position not in aside]
            try:
                handled = self._handling.run(flowing, seconds=COMMIT_AFTER)
            except HandlerFailed as failed:
                if failed.index is not None:
                    failed.index = events.index(flowing[failed.index])
                raise
            if handled < len(flowing):
                end = flowing[handled - 1].position
            skipped = sum(position <= end for position in aside)
            move(self._subscriber, self._share, position=end, handled=handled, skipped=skipped)
        self._position = end
        return handled

    def _put_aside(self, events: Sequence[StoredEvent]) -> set[int]:
        """Those that are on the subscription's shelf: not delivered yet, or given up."""
        if not events:
            return set()
        with connection_for(self._subscriber).cursor() as cursor:
            positions = [event.position for event in events]
            cursor.execute(_PUT_ASIDE, [self._subscription.name, self._share.publisher, positions])
            return {row[0] for row in cursor.fetchall()}

    def _gives_way(self, failed: HandlerFailed) -> bool:
        cause = failed.cause.__cause__ or failed.cause
        if not isinstance(cause, _LOCKED_OUT) or self._gave_way >= GIVE_WAY:
            return False
        self._gave_way += 1
        time.sleep(min(0.01 * 2**self._gave_way, 0.5))
        return True
