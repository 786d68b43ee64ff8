"""The fence: one open transaction at the source in which nobody writes, and which decides by its commit.

If whoever holds it dies, the server rolls it back and traffic goes on. It is bounded by the server in time, too. This
file may not copy data.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from seamline.carve.move.errors import FenceFailed
from seamline.carve.move.servers import Move
from seamline.carve.move.tables import sequence_names, sequence_values, set_sequences, tables_of, writable_views_of
from seamline.data.roles import serving_role
from seamline.data.route import ACCEPT, SCHEMA

LOCK_TIMEOUT = "300ms"
LONGEST = "3s"
"""After this the source ends the fence, whatever has become of the carver."""
CATCH_UP = 1.0
"""Seconds that the target may take to show what was written last."""
POLL = 0.0005
_TRANSIENT = (
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.QueryCanceled,
    errors.IdleInTransactionSessionTimeout,
)
_FLIP = f"""
UPDATE {SCHEMA}.route SET state = 'elsewhere', epoch = epoch + 1, host = %s, port = %s, dbname = %s, options = %s,
    changed_at = clock_timestamp()
WHERE module = %s AND state = 'here' AND epoch = %s
"""  # noqa: S608 - constants
_PREPARE = f"""
UPDATE {SCHEMA}.route SET state = 'prepared', epoch = %s, changed_at = clock_timestamp()
WHERE module = %s AND state IN ('elsewhere', 'prepared') AND epoch <= %s
"""  # noqa: S608 - constants


@dataclass(slots=True, kw_only=True)
class Stall:
    """How long nobody could write, and where the time went, in seconds."""

    locking: float = 0.0
    """Until all writers had ended; those that came meanwhile waited."""
    arriving: float = 0.0
    """Until the target had everything."""
    flipping: float = 0.0
    total: float = 0.0
    attempts: int = 1


@dataclass(slots=True, kw_only=True)
class Fence:
    """All connections of a cutover, opened beforehand, and the fence while it stands."""

    move: Move
    epoch: int
    decider: psycopg.Connection[Any]
    marker: psycopg.Connection[Any]
    target: psycopg.Connection[Any]
    tables: tuple[str, ...]
    views: tuple[str, ...]
    sequences: tuple[tuple[str, int], ...]
    stall: Stall = field(default_factory=Stall)
    _began: float = 0.0

    def raise_up(self) -> None:
        """Wait for all writers and hold back new ones.

        :raises FenceFailed: somebody holds a lock for too long; nothing has changed.
        """
        schema = self.move.module
        self._began = time.monotonic()
        limits = (
            f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'; SET LOCAL idle_in_transaction_session_timeout = '{LONGEST}'"
        )
        if self.decider.info.server_version >= 170000:
            limits += f"; SET LOCAL transaction_timeout = '{LONGEST}'"
        locks = sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE")
        statement = sql.SQL("; ").join(
            [
                sql.SQL("BEGIN"),
                sql.SQL(limits),
                # Everybody who is in a transaction holds the gate: behind it there are only single statements. These
                # lock a view before its table, and are to wait where their rights are looked at again: at the view.
                *(locks.format(sql.Identifier(schema, name)) for name in self._in_order()),
            ]
        )
        try:
            if _is_superuser(self.decider):
                self.decider.execute("SET deadlock_timeout = '20ms'")
            self.decider.execute(statement)
        except _TRANSIENT as error:
            self.take_down()
            raise FenceFailed(f"A writer does not end: {_line(error)}; {blockers(self.marker, schema)}") from error
        self.stall.locking = time.monotonic() - self._began

    def _in_order(self) -> tuple[str, ...]:
        return (*self.tables[:1], *self.views, *self.tables[1:])

    def await_arrival(self) -> None:
        """Wait until everything that was committed before the fence is at the target.

        :raises FenceFailed: it does not come in time.
        """
        began = time.monotonic()
        number = secrets.randbits(62)
        table = sql.Identifier(SCHEMA, self.move.marker)
        self.marker.execute(sql.SQL("INSERT INTO {} VALUES (%s)").format(table), [number])
        query = sql.SQL("SELECT FROM {} WHERE id = %s").format(table)
        while self.target.execute(query, [number]).fetchone() is None:
            if time.monotonic() - began > CATCH_UP:
                self.take_down()
                raise FenceFailed(
                    f"{self.move.target.place} did not catch up within {CATCH_UP:.0f} s: it is behind, or its "
                    "subscription does not run."
                )
            time.sleep(POLL)
        self.stall.arriving = time.monotonic() - began

    def advance_sequences(self) -> None:
        """No value is given by both servers. Harmless if the flip does not come."""
        schema = self.move.module
        set_sequences(self.target, schema, sequence_values(self.marker, schema, self.sequences))

    def flip(self) -> None:
        """Give the data away: fence and forwarding pointer in one commit, then the target takes them.

        :raises FenceFailed: the source has ended the fence before.
        :raises psycopg.OperationalError: the line broke; ``resume`` finds out which it was.
        """
        began = time.monotonic()
        place = self.move.target.place
        try:
            self.decider.execute(
                sql.SQL("REVOKE USAGE ON SCHEMA {} FROM {}").format(
                    sql.Identifier(self.move.module), sql.Identifier(serving_role(self.move.module))
                )
            )
            done = self.decider.execute(
                _FLIP,
                [
                    place.host,
                    place.port,
                    place.dbname,
                    Jsonb(place.options),
                    self.move.module,
                    self.epoch,
                ],
            )
            if done.rowcount != 1:
                self.take_down()
                raise FenceFailed(f"The pointer at {self.move.source.place} was changed by somebody else meanwhile.")
            self.decider.execute("COMMIT")
        except _TRANSIENT as error:
            self.take_down()
            raise FenceFailed(f"The fence did not hold: {_line(error)}.") from error
        accept(self.move, self.target, epoch=self.epoch + 1)
        self.stall.flipping = time.monotonic() - began
        self.stall.total = time.monotonic() - self._began

    def take_down(self) -> None:
        """Let everybody write again where they did."""
        if self.decider.info.transaction_status is not TransactionStatus.IDLE and not self.decider.closed:
            self.decider.execute("ROLLBACK")
        self.stall.total = time.monotonic() - self._began


def accept(move: Move, target: psycopg.Connection[Any], *, epoch: int) -> bool:
    """Have the target take the data that the source has given it in this epoch; whether it has them now."""
    row = target.execute(ACCEPT, [move.module, epoch]).fetchone()
    return bool(row and row[0])


def prepare_target(move: Move, target: psycopg.Connection[Any], *, epoch: int) -> None:
    """Tell the target that the data may be given to it in the next epoch.

    :raises FenceFailed: it knows better.
    """
    done = target.execute(_PREPARE, [epoch, move.module, epoch])
    if done.rowcount != 1:
        raise FenceFailed(f"{move.target.place} is not waiting for the data of {move.module!r}.")


@contextmanager
def fence(move: Move, *, epoch: int) -> Iterator[Fence]:
    """Open all lines to the two servers, for a fence that does not stand yet."""
    with (
        move.source.connect(module=move.module) as decider,
        move.source.connect(module=move.module) as marker,
        move.target.connect(module=move.module) as target,
    ):
        for connection in (decider, marker, target):
            # The decision outlives a crash; and what is not on disk is not sent, so the marker would have to wait.
            connection.execute("SET synchronous_commit = on")
        yield Fence(
            move=move,
            epoch=epoch,
            decider=decider,
            marker=marker,
            target=target,
            tables=tables_of(marker, move.module),
            views=writable_views_of(marker, move.module),
            sequences=sequence_names(marker, move.module),
        )


_BLOCKERS = """
SELECT DISTINCT a.pid, a.application_name, a.state, extract(epoch FROM clock_timestamp() - a.xact_start)::float
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = %s AND l.granted AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND l.mode <> 'AccessShareLock'
  AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
ORDER BY 4 DESC NULLS LAST LIMIT 3
"""


def blockers(connection: psycopg.Connection[Any], schema: str) -> str:
    """Who holds locks on the schema longest, as a sentence."""
    rows = connection.execute(_BLOCKERS, [schema]).fetchall()
    if not rows:
        return "nobody holds a lock any more"
    return "; ".join(
        f"process {pid} ({application}, {state}) is in a transaction for {seconds or 0:.1f} s"
        for pid, application, state, seconds in rows
    )


def _is_superuser(connection: psycopg.Connection[Any]) -> bool:
    return connection.info.parameter_status("is_superuser") == "on"


def _line(error: psycopg.Error) -> str:
    return str(error).strip().splitlines()[0]
