"""Replays as they are stored: in the subscriber's schema, a row for each share, that is each publisher and partition.

A share's position moves in the commit of the handler's effects, under the lock of its own row; the live checkpoint is
never touched. This file may not know handlers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from seamline.data import atomic, connection_for
from seamline.events.partition import Partition
from seamline.modules.registry import hosted_modules

_COLUMNS = (
    "id, subscription, publisher, partition, partitions, handler, key, started_after, position, until, status, "
    "handled, skipped, failed_position, error, traceback, requested_by, reason, requested_at, updated_at, finished_at"
)
_UNFINISHED = "status IN ('running', 'failed')"
_ALL = f"SELECT {_COLUMNS} FROM replay ORDER BY requested_at, id, publisher, partition"  # noqa: S608 - constants only
_ONE = f"SELECT {_COLUMNS} FROM replay WHERE id = %s ORDER BY publisher, partition"  # noqa: S608
_OPEN = f"SELECT id FROM replay WHERE subscription = %s AND handler = %s AND {_UNFINISHED} LIMIT 1"  # noqa: S608
_SERIALISE = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_NUMBER = "SELECT nextval('replay_id')"
_INSERT = """
INSERT INTO replay (id, subscription, publisher, partition, partitions, handler, key, started_after, position, until,
    status, requested_by, reason)
VALUES (%(id)s, %(subscription)s, %(publisher)s, %(partition)s, %(partitions)s, %(handler)s, %(key)s, %(after)s,
    %(after)s, %(until)s, 'running', %(requested_by)s, %(reason)s)
"""
_RESUME = """
UPDATE replay SET status = 'running', failed_position = NULL, error = '', traceback = '', updated_at = clock_timestamp()
WHERE id = %s AND status = 'failed'
"""
_CANCEL = f"""
UPDATE replay SET status = 'cancelled', updated_at = clock_timestamp(), finished_at = clock_timestamp(),
    reason = concat_ws('; ', nullif(reason, ''), nullif(%s, ''))
WHERE id = %s AND {_UNFINISHED}
"""  # noqa: S608
# Waiting for a row that the live handler has locked ends before the server looks for deadlocks: it is always the replay
# that gives way, never the live delivery.
_CLAIM = """
SELECT position, status, set_config('statement_timeout', %(limit)s, true),
    set_config('idle_in_transaction_session_timeout', %(idle)s, true), set_config('lock_timeout', '500', true)
FROM replay WHERE id = %(id)s AND publisher = %(publisher)s AND partition = %(partition)s FOR UPDATE SKIP LOCKED
"""
_MOVE = """
UPDATE replay SET position = %s, handled = handled + %s, skipped = skipped + %s, updated_at = clock_timestamp(),
    status = CASE WHEN %s >= until THEN 'completed' ELSE status END,
    finished_at = CASE WHEN %s >= until THEN clock_timestamp() END
WHERE id = %s AND publisher = %s AND partition = %s
"""
_FAIL = """
UPDATE replay SET status = 'failed', failed_position = %s, error = %s, traceback = %s, updated_at = clock_timestamp()
WHERE id = %s AND publisher = %s AND partition = %s AND status = 'running' AND position = %s
"""


class ReplayStatus(StrEnum):
    """Where a replay stands."""

    RUNNING = "running"
    """To be run, or being run: by ``run_replay``, or the command with ``--resume`` after its process has ended."""
    FAILED = "failed"
    """The handler failed; it stands before that event until it is resumed or cancelled."""
    COMPLETED = "completed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What one share is to read: of these keys, all behind ``after`` up to ``until``."""

    publisher: str
    keys: Partition
    after: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """The part of a replay that reads one partition of one publisher's log."""

    id: str
    subscription: str
    publisher: str
    partition: int
    partitions: int
    handler: str
    key: str | None
    started_after: int
    position: int
    """All up to here is handled again."""
    until: int
    """The last position of the replay."""
    status: ReplayStatus
    handled: int
    skipped: int
    """Events that the subscription has put aside; their turn comes by redriving them."""
    failed_position: int | None
    error: str
    traceback: str
    requested_by: str
    reason: str
    requested_at: datetime
    updated_at: datetime
    finished_at: datetime | None

    @property
    def keys(self) -> Partition:
        """The keys that it reads."""
        return Partition(index=self.partition, count=self.partitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """One replay, with all its shares."""

    id: str
    subscriber: str
    subscription: str
    status: ReplayStatus
    handled: int
    skipped: int
    shares: tuple[Share, ...]

    @property
    def failed(self) -> Share | None:
        """The first share that stands before an event whose handler failed."""
        return next((share for share in self.shares if share.status is ReplayStatus.FAILED), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a share's row held when its lock was taken."""

    position: int
    status: ReplayStatus


def replays(subscription: str | None = None) -> tuple[Replay, ...]:
    """All replays of hosted subscriptions, or of one, the oldest of each module first; finished ones too."""
    found: list[Replay] = []
    for module in hosted_modules():
        groups: dict[str, list[Share]] = {}
        for share in _select(module.name, _ALL, []):
            if subscription in (None, share.subscription):
                groups.setdefault(share.id, []).append(share)
        found += [_replay(module.name, shares) for shares in groups.values()]
    return tuple(found)


def replay_with(identifier: str) -> Replay:
    """One replay.

    :raises LookupError: no hosted module has it.
    """
    for module in hosted_modules():
        if shares := _select(module.name, _ONE, [identifier]):
            return _replay(module.name, shares)
    raise LookupError(f"No hosted module has a replay {identifier!r}; list them with: manage.py events replays")


def add_replay(
    subscriber: str,
    *,
    subscription: str,
    handler: str,
    key: str | None,
    ranges: Sequence[Range],
    requested_by: str,
    reason: str,
) -> Replay:
    """Store a new replay, with a share for each range.

    :raises ValueError: the subscription has an unfinished one with the same handler.
    """
    with atomic(subscriber), connection_for(subscriber).cursor() as cursor:
        cursor.execute(_SERIALISE, [f"seamline replay {subscription}"])
        cursor.execute(_OPEN, [subscription, handler])
        if (row := cursor.fetchone()) is not None:
            raise ValueError(
                f"{subscription!r} has an unfinished replay with this handler: {row[0]}. Resume or cancel it first: "
                f"manage.py events replay --resume {row[0]}"
            )
        cursor.execute(_NUMBER)
        identifier = f"{subscriber}-{cursor.fetchone()[0]}"
        for each in ranges:
            cursor.execute(
                _INSERT,
                {
                    "id": identifier,
                    "subscription": subscription,
                    "publisher": each.publisher,
                    "partition": each.keys.index,
                    "partitions": each.keys.count,
                    "handler": handler,
                    "key": key,
                    "after": each.after,
                    "until": each.until,
                    "requested_by": requested_by,
                    "reason": reason,
                },
            )
    return replay_with(identifier)


def unfinished(subscriber: str, *, subscription: str, handler: str) -> str | None:
    """The id of a replay that is not over, or None."""
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(_OPEN, [subscription, handler])
        row = cursor.fetchone()
    return None if row is None else str(row[0])


def resume_replay(identifier: str) -> Replay:
    """Let a replay that failed go on at the event where it stopped; ``run_replay`` does it then.

    :raises LookupError: no hosted module has it.
    :raises ValueError: it is over.
    """
    return _change(identifier, _RESUME, [identifier])


def cancel_replay(identifier: str, *, reason: str = "") -> Replay:
    """End a replay where it stands. What was handled again stays so.

    :raises LookupError: no hosted module has it.
    :raises ValueError: it is over.
    """
    return _change(identifier, _CANCEL, [reason, identifier])


def claim(subscriber: str, share: Share, *, timeout: float) -> Claimed | None:
    """Lock the share's row until the open transaction ends; None when somebody else has it."""
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(
            _CLAIM,
            {
                "limit": str(max(1, int(timeout * 1000))),
                "idle": str(int((timeout + 3) * 1000)),
                "id": share.id,
                "publisher": share.publisher,
                "partition": share.partition,
            },
        )
        row = cursor.fetchone()
    return None if row is None else Claimed(position=row[0], status=ReplayStatus(row[1]))


def move(subscriber: str, share: Share, *, position: int, handled: int, skipped: int) -> None:
    """Set the share's position and count; at its end it is completed. Only with the row's lock held."""
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(
            _MOVE,
            [position, handled, skipped, position, position, share.id, share.publisher, share.partition],
        )


def fail(subscriber: str, share: Share, *, position: int, at: int, error: str, traceback: str) -> None:
    """Stop the share at ``position``, before the event ``at``; nothing if it has gone on meanwhile."""
    with atomic(subscriber), connection_for(subscriber).cursor() as cursor:
        cursor.execute(_FAIL, [at, error, traceback, share.id, share.publisher, share.partition, position])


def _change(identifier: str, statement: str, parameters: list[str]) -> Replay:
    found = replay_with(identifier)
    if found.status in (ReplayStatus.COMPLETED, ReplayStatus.CANCELLED):
        raise ValueError(f"The replay {identifier} is {found.status} already.")
    with atomic(found.subscriber), connection_for(found.subscriber).cursor() as cursor:
        cursor.execute(statement, parameters)
    return replay_with(identifier)


def _select(subscriber: str, statement: str, parameters: list[str]) -> list[Share]:
    with connection_for(subscriber).cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return [Share(**{**row, "status": ReplayStatus(row["status"])}) for row in rows]


def _replay(subscriber: str, shares: list[Share]) -> Replay:
    statuses = [share.status for share in shares]
    # The one that needs somebody most.
    order = (ReplayStatus.FAILED, ReplayStatus.RUNNING, ReplayStatus.CANCELLED, ReplayStatus.COMPLETED)
    return Replay(
        id=shares[0].id,
        subscriber=subscriber,
        subscription=shares[0].subscription,
        status=next(status for status in order if status in statuses),
        handled=sum(share.handled for share in shares),
        skipped=sum(share.skipped for share in shares),
        shares=tuple(shares),
    )
