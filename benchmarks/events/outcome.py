"""What the tables say after a round: when effects were committed, and whether all are there, once and in order.

Times are the server's own notes of each commit, so that no contender is slowed by being watched.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from benchmarks.events.servers import Place

PATIENCE = 180.0
LOOK_EVERY = 0.05

_END = "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) - extract(epoch FROM {start}) FROM {{effect}}"
_FROM_PUBLISHING = _END.format(start="(SELECT min(pg_xact_commit_timestamp(xmin)) FROM {business})")
_FROM_FIRST_EFFECT = _END.format(start="min(at)")
_WRONG = """
SELECT %(events)s - count(DISTINCT number), count(*) - count(DISTINCT number), count(*) FILTER (WHERE number < previous)
FROM (SELECT number, lag(number) OVER (PARTITION BY item ORDER BY id) AS previous FROM {effect}) AS effects
"""
_LATENCIES = """
SELECT 1000 * extract(epoch FROM
    pg_xact_commit_timestamp(effect.xmin) - pg_xact_commit_timestamp(business.xmin))::float
FROM {business} AS business JOIN {effect} AS effect USING (number) ORDER BY 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """How many effects are missing, doubled, or behind a later one of their key."""

    missing: int
    doubled: int
    overtaken: int

    @property
    def text(self) -> str:
        """In words; empty when nothing is wrong."""
        named = {"missing": self.missing, "doubled": self.doubled, "out of order": self.overtaken}
        return ", ".join(f"{count} {name}" for name, count in named.items() if count)


def await_effects(place: Place, events: int, *, every: float = LOOK_EVERY) -> None:
    """Until so many effects are committed, or no more have come for long."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        last, end = -1, time.monotonic() + PATIENCE
        while last < events and time.monotonic() < end:
            found = _value(connection, "SELECT count(*) FROM {effect}", place)
            if found != last:
                last, end = int(found), time.monotonic() + PATIENCE / 3
            time.sleep(every)


def rate(place: Place, *, since_publishing: bool) -> float:
    """Effects a second, from the first commit of a business row or from the first effect to the last commit."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        seconds = _value(connection, _FROM_PUBLISHING if since_publishing else _FROM_FIRST_EFFECT, place)
        return _value(connection, "SELECT count(*) FROM {effect}", place) / seconds


def wrong(place: Place, *, events: int) -> Wrong:
    """What is not as it should be."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        row = connection.execute(_filled(_WRONG, place), {"events": events}).fetchone()
    assert row is not None
    return Wrong(missing=row[0], doubled=row[1], overtaken=row[2])


def latencies(place: Place) -> tuple[float, float]:
    """p50 and p99 of the milliseconds between the two commits."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        rows = [row[0] for row in connection.execute(_filled(_LATENCIES, place))]
    return percentiles(rows)


def percentiles(values: Sequence[float]) -> tuple[float, float]:
    """p50 and p99."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]


def _value(connection: psycopg.Connection, statement: str, place: Place) -> float:
    row = connection.execute(_filled(statement, place)).fetchone()
    assert row is not None
    return float(row[0])


def _filled(statement: str, place: Place) -> bytes:
    # The names come from this package alone.
    return statement.format(business=place.business, effect=place.effect).encode()
