"""What the subscriptions of this process still need of a log elsewhere, told to its publisher now and then.

Read from the checkpoints and the shelf, so that it holds for all processes of the subscriber. This file may not send.
"""

from __future__ import annotations

import os
import threading
import time

from seamline.data import connection_for
from seamline.events.feed_readers import ToldPositions
from seamline.events.subscription import Subscription
from seamline.modules.registry import hosted_modules

TOLD_EVERY = 5.0
"""Seconds; the first time before the first read of a process."""

# An event that waits on the shelf is read again when it is its turn; a replay reads what it is to repeat.
_NEEDED = """
SELECT least(position, (
    SELECT min(parked_event.position) - 1 FROM parked_event
    WHERE parked_event.subscription = checkpoint.subscription AND parked_event.publisher = checkpoint.publisher
      AND status <> 'discarded'
), (
    SELECT min(replay.position) FROM replay
    WHERE replay.subscription = checkpoint.subscription AND replay.publisher = checkpoint.publisher
      AND status IN ('running', 'failed')
))
FROM checkpoint WHERE subscription = %s AND publisher = %s ORDER BY partition
"""

_told_at: dict[str, float] = {}
_lock = threading.Lock()


def positions_to_tell(publisher: str) -> tuple[ToldPositions, ...]:
    """For each hosted subscription, after which positions it still needs the log; empty when that was told just now."""
    now = time.monotonic()
    with _lock:
        if now - _told_at.get(publisher, -TOLD_EVERY) < TOLD_EVERY:
            return ()
        _told_at[publisher] = now
    try:
        found = [
            ToldPositions(subscription=subscription.name, positions=positions)
            for subscriber, subscription in _subscriptions(publisher)
            if (positions := _needed(subscriber, subscription, publisher))
        ]
    except BaseException:
        tell_again(publisher)
        raise
    return tuple(found)


def tell_again(publisher: str) -> None:
    """It was not told after all: tell it before the next read."""
    _told_at.pop(publisher, None)


def caller_for(publisher: str) -> str:
    """In whose name this process reads the log: the first hosted module that subscribes to it, else the first one."""
    readers = [subscriber for subscriber, _ in _subscriptions(publisher)]
    return next(iter((*readers, *(module.name for module in hosted_modules()))), "seamline")


def _subscriptions(publisher: str) -> list[tuple[str, Subscription]]:
    return [
        (module.name, subscription)
        for module in hosted_modules()
        for subscription in module.subscriptions
        if publisher in subscription.publishers
    ]


def _needed(subscriber: str, subscription: Subscription, publisher: str) -> tuple[int, ...]:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_NEEDED, [subscription.name, publisher])
        positions = tuple(position for (position,) in cursor.fetchall())
    if positions or subscription.start == "now":
        return positions
    return (0,) * subscription.partitions  # it has not begun: it may need everything


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - a held lock would never open
    _lock = threading.Lock()
    _told_at.clear()


os.register_at_fork(after_in_child=_after_fork)
