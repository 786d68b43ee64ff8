"""Asking for old events to be handled again: what exactly, checked, before anything is stored.

A replay never goes beyond what was delivered live: an event whose turn has not come is not handled ahead of it. This
file may not run handlers.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from seamline.data import connection_for
from seamline.events.feed import Feed, feed_for
from seamline.events.hosted import subscriptions
from seamline.events.partition import Partition
from seamline.events.subscription import Subscription
from seamline.history.replay import Range, Replay, add_replay
from seamline.modules.manifest import imported

Start = Literal["beginning"] | int | datetime
"""The beginning, a position, or the time from which on events were published."""
SETTLING = 5.0
READ = 2_000
_CHECKPOINTS = """
SELECT publisher, partition, partitions, position FROM checkpoint WHERE subscription = %s AND publisher = ANY(%s)
ORDER BY publisher, partition
"""


def request_replay(
    subscription: str,
    *,
    start: Start,
    until: int | datetime | None = None,
    key: str | None = None,
    publisher: str | None = None,
    handler: str = "",
    requested_by: str = "",
    reason: str = "",
) -> Replay:
    """Store that a subscription's handler is to be given old events again; ``run_replay`` does it.

    The handler sees ``delivery.replayed``. It must be one that may see an event twice, such as one that writes rows by
    key. What the subscription has put aside is left out.

    :param until: the last position, or the time before which events were published; what was delivered live if None.
    :param key: only events with this key.
    :param publisher: only this module's log; needed with a position where the subscription reads several.
    :param handler: path of another handler of the same signature.
    :raises LookupError: no hosted module has the subscription, or it does not read the publisher.
    :raises ValueError: the subscription has not begun, nothing lies in the range, an unfinished replay is there, or
        the handler cannot be imported.
    """
    if handler:
        try:
            imported(handler)
        except (ImportError, AttributeError, ValueError) as error:
            raise ValueError(f"The handler {handler!r} cannot be imported: {error}") from error
    subscriber, found = next(iter(subscriptions(subscription)))
    return add_replay(
        subscriber,
        subscription=subscription,
        handler=handler or found.handler,
        key=key,
        ranges=_ranges(subscriber, found, start=start, until=until, key=key, publisher=publisher),
        requested_by=requested_by,
        reason=reason,
    )


def rebuild(subscription: str, *, handler: str, start: Start = "beginning", requested_by: str = "") -> Replay:
    """Ask for a replay with another handler, such as one that fills a new table beside the live one.

    It ends where live delivery stood at this moment; ask again from there to catch up. Run it with ``run_replay``.

    :param handler: its path, ``package.file:function``; same signature as the subscription's own.
    :raises LookupError: no hosted module has the subscription.
    :raises ValueError: as of ``request_replay``.
    """
    return request_replay(
        subscription, start=start, handler=handler, requested_by=requested_by, reason=f"rebuild with {handler}"
    )


def count_replay(
    subscription: str,
    *,
    start: Start,
    until: int | datetime | None = None,
    key: str | None = None,
    publisher: str | None = None,
) -> dict[str, int]:
    """How many events of each name ``request_replay`` would have handled again; what is put aside counts too.

    :raises LookupError: as of ``request_replay``.
    :raises ValueError: as of ``request_replay``.
    """
    subscriber, found = next(iter(subscriptions(subscription)))
    counts: Counter[str] = Counter()
    for each in _ranges(subscriber, found, start=start, until=until, key=key, publisher=publisher):
        feed, names, after = feed_of(each.publisher), found.names_of(each.publisher), each.after
        feed.read(after=each.until, limit=1, names=names)  # all before is settled
        while after < each.until:
            batch = feed.read(after=after, limit=READ, names=names, partition=each.keys)
            counts.update(
                event.name for event in batch.events if event.position <= each.until and key in (None, event.key)
            )
            after = batch.position
    return dict(sorted(counts.items()))


def position_of(start: Start, *, feed: Feed) -> int:
    """The position behind which a range begins.

    :raises ValueError: it is before the first position, or a time without a zone; or an open transaction keeps the end
        of the log from being known.
    """
    if start == "beginning":
        return 0
    if isinstance(start, int):
        if start < 1:
            raise ValueError(f"Positions begin at 1; {start} is none.")
        return start - 1
    if start.utcoffset() is None:
        raise ValueError(f"The time {start} has no zone; give one, such as 2026-01-31T12:00:00Z.")
    patience = time.monotonic() + SETTLING
    while (position := feed.position_at(at=start)) is None:
        if time.monotonic() > patience:
            raise ValueError("An open transaction keeps the end of the log from being known; see: events status")
        time.sleep(0.02)
    return position


def feed_of(publisher: str) -> Feed:
    """The publisher's log.

    :raises LookupError: this process has no way to it.
    """
    feed = feed_for(publisher)
    if feed is None:
        raise LookupError(f"This process has no way to the log of {publisher!r}; run this where one is.")
    return feed


def publishers_of(subscription: Subscription, *, start: Start, publisher: str | None) -> tuple[str, ...]:
    """The publishers that are meant.

    :raises LookupError: the subscription does not read that one.
    :raises ValueError: it reads several, and a position was given.
    """
    known = subscription.publishers
    if publisher is not None:
        if publisher not in known:
            raise LookupError(f"{subscription.name!r} reads {', '.join(known)}, not {publisher!r}.")
        return (publisher,)
    if isinstance(start, int) and len(known) > 1:
        raise ValueError(f"A position belongs to one log, {subscription.name!r} reads {', '.join(known)}: name one.")
    return known


def _ranges(
    subscriber: str,
    subscription: Subscription,
    *,
    start: Start,
    until: int | datetime | None,
    key: str | None,
    publisher: str | None,
) -> list[Range]:
    publishers = publishers_of(subscription, start=start, publisher=publisher)
    if isinstance(until, int):
        publishers = publishers_of(subscription, start=until, publisher=publisher)
    checkpoints = list(_checkpoints(subscriber, subscription.name, publishers))
    if not checkpoints:
        raise ValueError(f"{subscription.name!r} has not begun to read; it will be given all from its start on.")
    ranges = []
    for source, keys, position in checkpoints:
        if key is not None and not keys.holds(key):
            continue
        feed = feed_of(source)
        after, last = position_of(start, feed=feed), position
        if until is not None:
            last = min(position, until if isinstance(until, int) else position_of(until, feed=feed))
        if after < last:
            ranges.append(Range(publisher=source, keys=keys, after=after, until=last))
    if not ranges:
        raise ValueError(
            f"Nothing in this range was given to {subscription.name!r} yet; there is nothing to handle again."
        )
    return ranges


def _checkpoints(
    subscriber: str, subscription: str, publishers: tuple[str, ...]
) -> Iterator[tuple[str, Partition, int]]:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_CHECKPOINTS, [subscription, list(publishers)])
        for publisher, index, count, position in cursor.fetchall():
            yield publisher, Partition(index=index, count=count), position
