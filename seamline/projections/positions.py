"""Read your own writes: a command's answer says how far the log had come, and a read waits until its rows say as much.

The text of a position names each log with a place in it, ``orders:1234``. It is no secret and gives no right; whoever
makes one up waits for nothing, for no longer than the limit. This file may not know HTTP.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from django.db import connections

from seamline.data import connection_for
from seamline.data.read_side import read_side
from seamline.events.feed import Feed, feed_for
from seamline.events.partition import Partition
from seamline.projections.projection import Projection
from seamline.projections.record import projections

LONGEST_WAIT = 2.0
"""Seconds that a read waits where it is not told otherwise."""
LONGEST_TEXT = 500
FIRST_LOOK, LAST_LOOK = 0.005, 0.05
"""Seconds between two looks at the checkpoint, at first and at last."""

_PLACE = re.compile(r"([a-z][a-z0-9_]{0,62}):([0-9]{1,18})")
_END = "SELECT coalesce(max(position), 0) FROM event_log"
_CHECKPOINTS = "SELECT partition, partitions, position FROM checkpoint WHERE subscription = %s AND publisher = %s"


def position_after(*publishers: str) -> str:
    """Where the logs of these modules, hosted by this process, have come: what was committed before lies below.

    :raises django.db.Error: a database cannot be reached.
    """
    places = []
    for publisher in publishers:
        with connection_for(publisher).cursor() as cursor:
            cursor.execute(_END)
            places.append(f"{publisher}:{cursor.fetchone()[0]}")
    return ",".join(places)


def parse_position(text: str) -> dict[str, int]:
    """The places that a text names, by publisher.

    :raises ValueError: it is not the text of a position.
    """
    matches = [_PLACE.fullmatch(part.strip()) for part in text[: LONGEST_TEXT + 1].split(",")]
    if len(text) > LONGEST_TEXT or not all(matches):
        raise ValueError(f'{text[:60]!r} is not a position; send back what the answer said, such as "orders:1234".')
    return {found[1]: int(found[2]) for found in matches if found is not None}


def await_position(name: str, position: Mapping[str, int], *, seconds: float = LONGEST_WAIT) -> bool:
    """Wait until a projection's live rows, on its read side, say what the logs said up to a position.

    Logs that it does not read are left out. An event that failed and was put aside counts as dealt with.

    :returns: whether they do; False when time ran out.
    :raises LookupError: no hosted module has the projection.
    :raises django.db.Error: a database cannot be reached.
    """
    module, projection = next(iter(projections(name)))
    waits = [
        _Wait(module=module, projection=projection, publisher=publisher, until=until)
        for publisher, until in position.items()
        if publisher in projection.publishers
    ]
    ends, pause = time.monotonic() + seconds, FIRST_LOOK
    while not all(wait.is_over() for wait in waits):
        left = ends - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(pause, left))
        pause = min(pause * 2, LAST_LOOK)
    return True


class _Wait:
    """For one log. A checkpoint rests where nothing is wanted from the log, so the log is asked whether anything is."""

    def __init__(self, *, module: str, projection: Projection, publisher: str, until: int) -> None:
        self._module = module
        self._projection = projection
        self._publisher = publisher
        self._until = until
        self._feed: Feed | None = None
        self._empty_until: dict[int, int] = {}
        """By partition: from its checkpoint up to here, nothing is wanted."""
        self._awaited: dict[int, int] = {}
        """By partition: an event that it has to pass."""

    def is_over(self) -> bool:
        with connections[read_side(self._module)].cursor() as cursor:
            cursor.execute(_CHECKPOINTS, [self._projection.name, self._publisher])
            rows = cursor.fetchall()
        return bool(rows) and all(
            self._is_past(Partition(index=index, count=count), position) for index, count, position in rows
        )

    def _is_past(self, partition: Partition, position: int) -> bool:
        if position >= self._until:
            return True
        if position < self._awaited.get(partition.index, 0):
            return False
        after = max(position, self._empty_until.get(partition.index, 0))
        self._feed = self._feed or feed_for(self._publisher)
        while after < self._until and self._feed is not None:
            names = self._projection.names_of(self._publisher)
            batch = self._feed.read(after=after, limit=1, names=names, partition=partition)
            if batch.events:
                if batch.events[0].position > self._until:
                    return True
                self._awaited[partition.index] = batch.events[0].position
                return False
            if batch.position == after:
                return False  # a transaction that may still commit holds back what follows
            after = self._empty_until[partition.index] = batch.position
        return after >= self._until
