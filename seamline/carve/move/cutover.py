"""The use cases of the database move: prepare, cut over, take back, finalise, resume. Each can be repeated.

What is done is seen on the two servers, never trusted from notes. This file may not know processes or calls.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from seamline.carve.move import preparing
from seamline.carve.move.errors import FenceFailed, MoveRefused
from seamline.carve.move.fencing import Stall, accept, fence, prepare_target
from seamline.carve.move.following import Copying, await_copy, await_following
from seamline.carve.move.preflight import refusals
from seamline.carve.move.servers import Move, Server
from seamline.carve.move.tables import fingerprint
from seamline.data.route import READ, SCHEMA, Pointer, RouteState, pointer_of

ATTEMPTS = 20
PAUSE = 0.25
MOST_LAG = 4_000_000
"""Bytes of log that the target may be behind when the fence is raised."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the two servers say of a module's data."""

    source: Pointer | None
    target: Pointer | None
    forward: bool
    """Whether the target takes in what the source writes."""
    backward: bool

    @property
    def flipped(self) -> bool:
        """Whether the source has given the data to the target."""
        return self.source is not None and self.source.state is not RouteState.HERE


def prepare(
    move: Move,
    *,
    extensions: Iterable[str] = (),
    say: Say = lambda text: None,
    progress: Callable[[Copying], None] = lambda copying: None,
) -> Copying:
    """Copy the data and keep both servers equal, until the target only waits to be given them.

    :raises MoveRefused: it cannot be done; the text says why.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        if move.source.place.address == move.target.place.address:
            raise MoveRefused(f"The data of {move.module!r} are at {move.source.place} already.")
        if reasons := refusals(move, source, target):
            raise MoveRefused("\n".join(reasons))
        preparing.prepare_pointers(move, source, target)
        say("pointers")
        preparing.guard_schema(move, source)
        preparing.prepare_roles(move, source, target)
        if preparing.prepare_schema(move, source, target, extensions=extensions):
            say("schema")
        preparing.prepare_grants(move, source, target)
        say("rights")
        for connection in (source, target):
            preparing.publish(move, connection)
        say("publications")
        preparing.subscribe(move, source, target, copy=True)
        copied = await_copy(move, source, target, progress=progress)
        say("copy")
        preparing.subscribe(move.reversed(), target, source, copy=False)
        preparing.guard_schema(move, target)
        say("way back")
    return copied


def cut_over(
    move: Move, *, attempts: int = ATTEMPTS, say: Say = lambda text: None, end_idle_after: float | None = None
) -> Stall:
    """Give the data to the target. Nobody fails: writers wait for the time of the fence, then go on there.

    :param end_idle_after: sessions that sit in a transaction for longer than this many seconds are ended rather than
        waited for; None waits.
    :raises MoveRefused: the two servers are not equal, or not ready.
    :raises FenceFailed: it could not be fenced in all attempts; nothing has changed.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        epoch = _check_ready(move, source, target)
        prepare_target(move, target, epoch=epoch)
    for attempt in range(1, attempts + 1):
        try:
            with fence(move, epoch=epoch) as raised:
                raised.stall.attempts = attempt
                raised.raise_up()
                try:
                    raised.await_arrival()
                    raised.advance_sequences()
                except psycopg.Error as error:
                    raised.take_down()
                    raise FenceFailed(f"{move.target.place} failed behind the fence: {error}") from error
                raised.flip()
                return raised.stall
        except FenceFailed as failed:
            say(f"attempt {attempt}: {failed}")
            if attempt == attempts:
                raise
            if end_idle_after is not None:
                _end_idle(move, seconds=end_idle_after, say=say)
            time.sleep(PAUSE * min(attempt, 8))
    raise AssertionError("the last attempt either returns or raises")


def standing(move: Move) -> Standing:
    """What the two servers say now.

    :raises psycopg.OperationalError: one of them does not answer; then nothing can be decided.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        return Standing(
            source=_pointer(source, move.module),
            target=_pointer(target, move.module),
            forward=preparing._replicates(target, move.subscription),
            backward=preparing._replicates(source, move.reversed().subscription),
        )


def resume(move: Move) -> RouteState:
    """Complete a flip that was decided and not carried through; where the data are, as seen from the target.

    :raises psycopg.OperationalError: one of the servers does not answer: with one away, the older word could win.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        given = _pointer(source, move.module)
        if (
            given is not None
            and given.state is RouteState.ELSEWHERE
            and given.place.address == move.target.place.address
        ):
            accept(move, target, epoch=given.place.epoch)
        at_target = _pointer(target, move.module)
        return at_target.state if at_target is not None else RouteState.ELSEWHERE


def give_up(move: Move, *, say: Say = lambda text: None) -> None:
    """Before the flip: take everything down again that the move has made; the data stay where they are.

    :raises MoveRefused: they have been given away already.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        here = _pointer(source, move.module)
        if here is not None and here.state is not RouteState.HERE:
            raise MoveRefused(f"The data of {move.module!r} have left {move.source.place}: take them back first.")
        _dismantle(move, source, target)
        target.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(move.module)))
        say("taken down")


def finalise(move: Move, *, say: Say = lambda text: None) -> None:
    """After the flip: end the replication and drop the schema at the source. The pointer stays, for whoever is late.

    :raises MoveRefused: the data are still at the source.
    """
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        left, arrived = _pointer(source, move.module), _pointer(target, move.module)
        if left is None or left.state is RouteState.HERE or arrived is None or arrived.state is not RouteState.HERE:
            raise MoveRefused(f"The data of {move.module!r} are not at {move.target.place} yet: cut over first.")
        _dismantle(move, source, target)
        source.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(move.module)))
        say("old schema dropped")


def propagate(move: Move, *, server: Server) -> bool:
    """Have a third server, which had the data once, point straight to the target; whether it was behind.

    Without it, processes that start with that server's address go from one pointer to the next.
    """
    with server.connect(module=move.module) as connection, move.target.connect(module=move.module) as target:
        here, known = _pointer(target, move.module), _pointer(connection, move.module)
        if here is None or here.state is not RouteState.HERE or known is None or known.state is RouteState.HERE:
            return False
        place = move.target.place
        done = connection.execute(
            f"UPDATE {SCHEMA}.route SET state = 'elsewhere', epoch = %s, host = %s, port = %s, dbname = %s, "  # noqa: S608
            "options = %s WHERE module = %s AND epoch < %s",
            [
                here.place.epoch,
                place.host,
                place.port,
                place.dbname,
                Jsonb(place.options),
                move.module,
                here.place.epoch,
            ],
        )
        return done.rowcount == 1


def _check_ready(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> int:
    here, there = _pointer(source, move.module), _pointer(target, move.module)
    if here is None or here.state is not RouteState.HERE:
        raise MoveRefused(f"The data of {move.module!r} are not at {move.source.place}.")
    if there is None or there.state is RouteState.HERE:
        raise MoveRefused(f"{move.target.place} is not prepared for the data of {move.module!r}: run 'carve start'.")
    if fingerprint(source, move.module) != fingerprint(target, move.module):
        raise MoveRefused(
            f"The schemas of {move.module!r} at {move.source.place} and {move.target.place} differ: one was migrated "
            "while the move was on. Run 'carve rollback', then start again."
        )
    states = target.execute(
        "SELECT count(*) FILTER (WHERE r.srsubstate <> 'r'), count(*) FROM pg_subscription_rel r "
        "JOIN pg_subscription s ON s.oid = r.srsubid WHERE s.subname = %s",
        [move.subscription],
    ).fetchone()
    if states is None or states[0] or not states[1]:
        raise MoveRefused(f"{move.target.place} has not copied all tables of {move.module!r} yet.")
    behind = await_following(move, source, target, most_bytes=MOST_LAG)
    if not behind.active or behind.bytes > MOST_LAG:
        raise MoveRefused(
            f"{move.target.place} is {behind.bytes} bytes behind{'' if behind.active else ' and not connected'}: wait "
            "until it has caught up."
        )
    return here.place.epoch


def _pointer(connection: psycopg.Connection[Any], module: str) -> Pointer | None:
    if connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.route"]).fetchone() == (None,):
        return None
    row = connection.execute(READ, [module]).fetchone()
    return None if row is None else pointer_of(row)


def _dismantle(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    """End both replications and the guards. Each side is asked for what it has; repeated, it finds nothing."""
    back = move.reversed()
    for connection, name in ((target, move.subscription), (source, back.subscription)):
        if preparing._replicates(connection, name):
            identifier = sql.Identifier(name)
            connection.execute(sql.SQL("ALTER SUBSCRIPTION {} DISABLE").format(identifier))
            connection.execute(sql.SQL("ALTER SUBSCRIPTION {} SET (slot_name = NONE)").format(identifier))
            connection.execute(sql.SQL("DROP SUBSCRIPTION {}").format(identifier))
    for connection, name in ((source, move.subscription), (target, back.subscription)):
        _drop_slot(connection, name)
    for connection in (source, target):
        names = {
            "trigger": sql.Identifier(f"seamline_carve_{move.module}"),
            "publication": sql.Identifier(move.publication),
            "marker": sql.Identifier(SCHEMA, move.marker),
            "guard": sql.Identifier(SCHEMA, f"guard_{move.module}"),
            "role": sql.Identifier(move.copying_role),
        }
        for statement in (
            "DROP EVENT TRIGGER IF EXISTS {trigger}",
            "DROP FUNCTION IF EXISTS {guard}()",
            "DROP PUBLICATION IF EXISTS {publication}",
            "DROP TABLE IF EXISTS {marker}",
        ):
            connection.execute(sql.SQL(statement).format(**names))
        # A move that was given up early has not made it.
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [move.copying_role]).fetchone():
            connection.execute(sql.SQL("ALTER ROLE {role} NOLOGIN").format(**names))


def _drop_slot(connection: psycopg.Connection[Any], name: str) -> None:
    deadline = time.monotonic() + 10
    while True:
        row = connection.execute("SELECT active_pid FROM pg_replication_slots WHERE slot_name = %s", [name]).fetchone()
        if row is None:
            return
        if row[0] is None:
            connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
            return
        if time.monotonic() > deadline:
            connection.execute("SELECT pg_terminate_backend(%s)", [row[0]])
        time.sleep(0.05)


def _end_idle(move: Move, *, seconds: float, say: Say) -> None:
    with move.source.connect(module=move.module) as source:
        ended = source.execute(
            "SELECT a.pid, pg_terminate_backend(a.pid) FROM pg_stat_activity a WHERE a.datname = current_database() "
            "AND a.usename = %s AND a.state LIKE 'idle in transaction%%' "
            "AND clock_timestamp() - a.state_change > make_interval(secs => %s)",
            [f"{move.module}_rw", seconds],
        ).fetchall()
    for process, _ in ended:
        say(f"ended the session of process {process}, which sat in a transaction for more than {seconds:g} s")
