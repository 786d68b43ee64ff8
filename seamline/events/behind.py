"""How much of a log lies behind a position, at a price that does not grow with the backlog.

At most ``SCAN`` rows are looked at, in the order of the primary key. Beyond them the count is estimated: the share of
wanted events among those rows, times the positions up to the log's head. This file may not know checkpoints.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seamline.data import connection_for
from seamline.events.partition import WHOLE, Partition

SCAN = 10_000
"""Rows looked at for one subscription; the partitions of one share them."""
LEAST_SCAN = 1_000

_BEHIND = """
SELECT count(*), count(*) FILTER (WHERE wanted), max(position),
    coalesce(greatest(0, extract(epoch FROM clock_timestamp() - coalesce(min(at) FILTER (WHERE wanted), max(at)))), 0)
        ::float,
    (SELECT coalesce(max(position), 0) FROM event_log)
FROM (
    SELECT position, at, name = ANY(%s){condition} AS wanted
    FROM event_log WHERE position > %s ORDER BY position LIMIT %s
) AS scanned
"""


# Of what lies in files nobody knows without reading them which of it is wanted.
_ARCHIVED = """
SELECT coalesce(sum(events), 0)::bigint,
    coalesce(greatest(0, extract(epoch FROM clock_timestamp() - min(first_at))), 0)::float
FROM archived_range WHERE last > %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The wanted events behind a position. ``seconds`` is the age of the oldest, 0 where there is none."""

    events: int
    seconds: float
    estimated: bool = False
    """Too many to count. If none of the rows that were looked at is wanted, ``seconds`` is the age of the last one."""


def count_behind(*, publisher: str, after: int, names: Sequence[str], partition: Partition = WHOLE) -> Behind:
    """Count the events of these names and this partition behind the position, in a log that this process reads.

    :raises django.db.Error: the log's database cannot be reached.
    """
    limit = max(LEAST_SCAN, SCAN // partition.count)
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_BEHIND.format(condition=partition.condition), [list(names), after, limit])
        scanned, wanted, last, seconds, head = cursor.fetchone()
        cursor.execute(_ARCHIVED, [after])
        archived, archived_seconds = cursor.fetchone()
    if scanned < limit or head <= last:
        logged = Behind(events=wanted, seconds=seconds if wanted else 0.0)
    else:
        logged = Behind(events=wanted + round((head - last) * wanted / scanned), seconds=seconds, estimated=True)
    if archived:
        return Behind(events=archived + logged.events, seconds=archived_seconds, estimated=True)
    return logged
