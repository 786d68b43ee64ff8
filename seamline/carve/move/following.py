"""How far the target is: tables still being copied, what lags, errors. Only reads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.servers import Move
from seamline.data.route import GATE

_TABLES = """
SELECT r.srrelid::regclass::text, r.srsubstate::text
FROM pg_subscription_rel r JOIN pg_subscription s ON s.oid = r.srsubid WHERE s.subname = %s
"""
_COPIED = """
SELECT c.relid::regclass::text, c.tuples_processed FROM pg_stat_progress_copy c
WHERE c.command = 'COPY FROM' AND c.datname = current_database()
"""
_ESTIMATES = """
SELECT format('%%I.%%I', n.nspname, c.relname), greatest(c.reltuples, s.n_live_tup, 0)::bigint
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE n.nspname = %s AND c.relkind = 'r' AND c.relname <> %s
"""
_ERRORS = """
SELECT t.apply_error_count + t.sync_error_count FROM pg_stat_subscription_stats t WHERE t.subname = %s
"""
_LAG = """
SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint, active, wal_status
FROM pg_replication_slots WHERE slot_name = %s
"""
READY, DONE = ("r",), ("r", "s")
POLL = 0.2
PATIENCE = 3600.0
RECONNECT = 15.0
"""Seconds that a subscriber may take to come back; by default it tries every 5 s (wal_retrieve_retry_interval)."""
MOST_ERRORS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Copying:
    """How far the copy is. Rows are estimates until the end."""

    tables: int
    ready: int
    rows: int
    rows_expected: int
    seconds: float

    @property
    def rows_per_second(self) -> float:
        """Since the copy began."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At that speed; None while nothing can be said."""
        speed = self.rows_per_second
        return None if not speed else max(0, self.rows_expected - self.rows) / speed


@dataclass(frozen=True, slots=True, kw_only=True)
class Lag:
    """How far a subscription is behind its source."""

    bytes: int
    active: bool
    wal_status: str
    errors: int


def copying(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any], *, began: float) -> Copying:
    """How far the copy is now.

    :param began: a reading of ``time.monotonic()``.
    """
    expected = dict(source.execute(_ESTIMATES, [move.module, GATE]).fetchall())
    states = dict(target.execute(_TABLES, [move.subscription]).fetchall())
    under_way = dict(target.execute(_COPIED).fetchall())
    plain = {name.replace('"', ""): rows for name, rows in expected.items()}
    rows = 0
    for name, state in states.items():
        size = plain.get(name.replace('"', ""), 0)
        rows += size if state in ("f", "s", "r") else min(size, under_way.get(name, 0))
    return Copying(
        tables=len(states),
        ready=sum(state in READY for state in states.values()),
        rows=rows,
        rows_expected=sum(expected.values()),
        seconds=time.monotonic() - began,
    )


def lag(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> Lag:
    """How far the target is behind.

    :raises MoveRefused: the source keeps nothing for it: the move is not prepared, or was given up.
    """
    row = source.execute(_LAG, [move.subscription]).fetchone()
    if row is None:
        raise MoveRefused(
            f"{move.source.place} has no replication slot {move.subscription!r}: run 'manage.py carve start' again."
        )
    counted = target.execute(_ERRORS, [move.subscription]).fetchone()
    return Lag(bytes=row[0] or 0, active=row[1], wal_status=row[2] or "", errors=counted[0] if counted else 0)


def await_following(
    move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any], *, most_bytes: int
) -> Lag:
    """Wait a little until the target is connected and near: a server that was restarted comes back by itself.

    :returns: how far behind it is, which may still be too far.
    """
    deadline = time.monotonic() + RECONNECT
    while True:
        behind = lag(move, source, target)
        if (behind.active and behind.bytes <= most_bytes) or time.monotonic() > deadline:
            return behind
        time.sleep(POLL)


def await_copy(
    move: Move,
    source: psycopg.Connection[Any],
    target: psycopg.Connection[Any],
    *,
    progress: Callable[[Copying], None] = lambda copying: None,
    patience: float = PATIENCE,
) -> Copying:
    """Wait until every table is copied and follows.

    :raises MoveRefused: the copy fails again and again, or takes longer than ``patience`` seconds.
    """
    began = time.monotonic()
    first_errors = lag(move, source, target).errors
    while True:
        now = copying(move, source, target, began=began)
        progress(now)
        if now.tables and now.ready == now.tables:
            return now
        behind = lag(move, source, target)
        if behind.errors - first_errors >= MOST_ERRORS:
            raise MoveRefused(
                f"The copy to {move.target.place} has failed {behind.errors - first_errors} times: its server's log "
                "says why. Remove the cause and run this again; it goes on where it was."
            )
        if behind.wal_status == "lost":
            raise MoveRefused(
                f"{move.source.place} no longer keeps what {move.target.place} still needs (max_slot_wal_keep_size): "
                "run 'manage.py carve rollback', then start again."
            )
        if time.monotonic() - began > patience:
            raise MoveRefused(f"The copy was not done after {patience:.0f} s; run this again and it goes on.")
        time.sleep(POLL)
