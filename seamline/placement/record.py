"""The record of placements in the hub's ``platform`` schema: statements alone, on whichever connection they are run.

Changes take turns, so a process that has read one epoch has read all lower ones. This file may not know what a
placement means to a process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seamline.control.board import TTL
from seamline.control.table import CHANNEL
from seamline.placement.values import Change, Follower, Placement, Serves

Execute = Callable[..., Any]
_COLUMNS = "module, serves, epoch, changed_at, changed_by, reason"
_READ = f"SELECT {_COLUMNS} FROM placement ORDER BY module"  # noqa: S608 - constants only
_CHANGE = f"""
INSERT INTO placement ({_COLUMNS})
SELECT %s, %s, coalesce(max(epoch), 0) + 1, clock_timestamp(), %s, %s FROM placement
ON CONFLICT (module) DO UPDATE SET (serves, epoch, changed_at, changed_by, reason) =
    (excluded.serves, excluded.epoch, excluded.changed_at, excluded.changed_by, excluded.reason)
RETURNING {_COLUMNS}
"""  # noqa: S608
_AUDIT = "INSERT INTO placement_change (module, serves, epoch, actor, reason) VALUES (%s, %s, %s, %s, %s)"
_CHANGES = """
SELECT at, module, serves, epoch, actor, reason FROM placement_change
WHERE %(module)s = '' OR module = %(module)s ORDER BY id DESC LIMIT %(limit)s
"""
_FOLLOWS = """
INSERT INTO placement_follower (process, epoch, expires_at)
VALUES (%s, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (process) DO UPDATE SET (epoch, expires_at) = (excluded.epoch, excluded.expires_at)
"""
_FOLLOWERS = """
SELECT process, epoch FROM placement_follower WHERE expires_at > clock_timestamp() ORDER BY process
"""
_SWEEP = "DELETE FROM placement_follower WHERE expires_at < clock_timestamp() - interval '1 minute'"


def read(execute: Execute) -> tuple[Placement, ...]:
    """All that was ever changed, by module."""
    return tuple(_placement(row) for row in execute(_READ).fetchall())


def take_turns(execute: Execute) -> None:
    """Let nobody else change a placement until the transaction ends; readers go on."""
    execute("LOCK TABLE placement IN SHARE ROW EXCLUSIVE MODE")


def change(execute: Execute, *, module: str, serves: Serves, actor: str, reason: str) -> Placement:
    """Write a change down with who made it and why, and wake all processes when it commits. ``take_turns`` first."""
    changed = _placement(execute(_CHANGE, (module, serves.value, actor, reason)).fetchone())
    execute(_AUDIT, (module, serves.value, changed.epoch, actor, reason))
    execute(_SWEEP)
    execute("SELECT pg_notify(%s, '')", (CHANNEL,))
    return changed


def changes(execute: Execute, *, module: str, limit: int) -> tuple[Change, ...]:
    """Who changed what, the latest first; of all modules where none is named."""
    rows = execute(_CHANGES, {"module": module, "limit": limit}).fetchall()
    return tuple(
        Change(at=at, module=name, serves=Serves(serves), epoch=epoch, actor=actor, reason=reason)
        for at, name, serves, epoch, actor, reason in rows
    )


def follows(execute: Execute, *, process: str, epoch: int) -> None:
    """A process lives, and has all placements up to the epoch in force."""
    execute(_FOLLOWS, (process, epoch, TTL))


def forget(execute: Execute, process: str) -> None:
    """A process has ended."""
    execute("DELETE FROM placement_follower WHERE process = %s", (process,))


def followers(execute: Execute) -> tuple[Follower, ...]:
    """All processes that live."""
    return tuple(Follower(process=process, epoch=epoch) for process, epoch in execute(_FOLLOWERS).fetchall())


def _placement(row: tuple[Any, ...]) -> Placement:
    module, serves, epoch, changed_at, changed_by, reason = row
    return Placement(
        module=module,
        serves=Serves(serves),
        epoch=epoch,
        changed_at=changed_at,
        changed_by=changed_by,
        reason=reason,
    )
