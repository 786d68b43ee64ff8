"""Rewinding: the live checkpoint itself goes back, so that all behind is delivered again, as if for the first time.

For a projection that was emptied. A replay is the other way: it leaves live delivery alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from seamline.data import atomic, connection_for
from seamline.events.checkpoint import lock_partitions
from seamline.events.dispatcher import announce
from seamline.events.hosted import subscriptions
from seamline.history.replay import unfinished
from seamline.history.requesting import Start, feed_of, position_of, publishers_of

_POSITIONS = """
SELECT partition, position, paused FROM checkpoint WHERE subscription = %s AND publisher = %s ORDER BY partition
"""
_SHELF = """
SELECT count(*) FROM parked_event WHERE subscription = %s AND publisher = %s AND status <> 'discarded'
"""
_MOVE = """
UPDATE checkpoint SET position = %s, updated_at = clock_timestamp() WHERE subscription = %s AND publisher = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """One publisher's checkpoint that went back; ``was`` is the position of each partition before."""

    subscription: str
    publisher: str
    was: tuple[int, ...]
    position: int
    paused: bool
    """Delivery does not go on before it is resumed."""


def rewind(
    subscription: str, *, start: Start, publisher: str | None = None, dry_run: bool = False
) -> tuple[Rewound, ...]:
    """Move the live checkpoint back, all partitions to one place; what lies behind is delivered again from there.

    Waits for the batch at hand. Pause the subscription, empty its tables, rewind, resume: then nothing doubles.

    :param publisher: only this module's log; needed with a position where the subscription reads several.
    :param dry_run: only check, and answer what would move.
    :raises LookupError: no hosted module has the subscription, or it does not read the publisher.
    :raises ValueError: it has not begun, lies further back already, has events on its shelf, or a replay is unfinished.
    """
    subscriber, found = next(iter(subscriptions(subscription)))
    publishers = publishers_of(found, start=start, publisher=publisher)
    targets = {each: position_of(start, feed=feed_of(each)) for each in publishers}
    with atomic(subscriber):
        for each in publishers:
            lock_partitions(subscriber=subscriber, subscription=subscription, publisher=each)
        if (replay := unfinished(subscriber, subscription=subscription, handler=found.handler)) is not None:
            raise ValueError(
                f"{subscription!r} has an unfinished replay {replay}: with a rewind its events would be handled once "
                f"more. Cancel it first: manage.py events replay --cancel {replay}"
            )
        rewound = tuple(
            _rewind(subscriber, subscription=subscription, publisher=each, position=position, dry_run=dry_run)
            for each, position in targets.items()
        )
    if not dry_run:
        for each in publishers:
            announce(each)
    return rewound


def _rewind(subscriber: str, *, subscription: str, publisher: str, position: int, dry_run: bool) -> Rewound:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_POSITIONS, [subscription, publisher])
        rows = cursor.fetchall()
        if not rows:
            raise ValueError(f"{subscription!r} has not begun to read {publisher!r}; it will begin at its start.")
        if (furthest_back := min(row[1] for row in rows)) < position:
            raise ValueError(
                f"{subscription!r} has come to position {furthest_back} of {publisher!r} only; going to {position} "
                "would leave events out. A rewind only goes back."
            )
        cursor.execute(_SHELF, [subscription, publisher])
        if count := cursor.fetchone()[0]:
            raise ValueError(
                f"{subscription!r} has {count} events of {publisher!r} on its shelf, which would be out of their order "
                "then. Redrive or discard them first; list them with: manage.py events parked"
            )
        if not dry_run:
            cursor.execute(_MOVE, [position, subscription, publisher])
    return Rewound(
        subscription=subscription,
        publisher=publisher,
        was=tuple(row[1] for row in rows),
        position=position,
        paused=any(row[2] for row in rows),
    )
