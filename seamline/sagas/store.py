"""The SQL of sagas. Every write of progress names the lease under which it is made; without it, nothing is written.

Callers decide what happens. Names are unqualified: each module has a table of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from seamline.calls import current_call
from seamline.contract.codec import decoder, encode
from seamline.data import connection_for
from seamline.sagas.definition import Failure, Saga
from seamline.sagas.instance import SagaInstance, SagaStatus, TimelineEntry


class SagaExists(Exception):
    """A saga with this id was started before."""


class UnknownSaga(LookupError):
    """No saga has this id."""


class SagaNotFree(Exception):
    """An operator cannot change the saga now."""


class LeaseLost(Exception):
    """Another runner has taken the saga over; this one must stop without a trace."""


_COLUMNS = """id, name, version, status, backwards, step, attempts, next_at, lease_until, last_error, failure::text,
    state::text, history::text, awaits, wait_until, signals::text, actor, correlation_id, created_at, updated_at"""
_OPEN = "status IN ('running', 'compensating', 'stuck')"
_FREE = "(lease_until IS NULL OR lease_until < clock_timestamp())"
_TAKEN_OVER = "history || CASE WHEN lease_until IS NULL THEN '[]' ELSE %(entry)s::jsonb END"
# One that fails for weeks keeps its beginning and its newest lines.
_LINES = "CASE WHEN jsonb_array_length(history) >= 500 THEN history - 100 ELSE history END"
_INSERT = """
INSERT INTO saga_instance
    (id, name, version, status, step, state, lease_owner, lease_until, history, actor, correlation_id)
VALUES (%s, %s, %s, 'running', %s, %s::jsonb, %s, clock_timestamp() + make_interval(secs => %s), %s::jsonb, %s, %s)
ON CONFLICT (id) DO NOTHING
"""
_TAKE = f"""
UPDATE saga_instance SET lease_owner = %(token)s, lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
    history = {_TAKEN_OVER}
WHERE id = %(id)s AND {_OPEN} AND {_FREE}
    AND (%(step)s::text IS NULL OR (step, backwards) = (%(step)s, %(backwards)s))
RETURNING {_COLUMNS}
"""  # noqa: S608
_TAKE_DUE = f"""
UPDATE saga_instance SET lease_owner = %(token)s, lease_until = clock_timestamp() + make_interval(secs => %(lease)s),
    history = {_TAKEN_OVER}
WHERE id = (
    SELECT id FROM saga_instance WHERE {_OPEN} AND {_FREE} AND next_at <= clock_timestamp()
    ORDER BY next_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
)
RETURNING {_COLUMNS}
"""  # noqa: S608
_SAVE = f"""
UPDATE saga_instance SET status = %(status)s, backwards = %(backwards)s, step = %(step)s, state = %(state)s::jsonb,
    failure = %(failure)s::jsonb, attempts = %(attempts)s, last_error = %(last_error)s,
    awaits = %(awaits)s, wait_until = %(wait_until)s,
    next_at = CASE WHEN %(keep)s THEN least(next_at, clock_timestamp())
        WHEN signals ? %(signal)s THEN clock_timestamp()
        ELSE coalesce(%(wait_until)s, clock_timestamp() + make_interval(secs => %(delay)s)) END,
    lease_owner = CASE WHEN %(keep)s THEN lease_owner END,
    lease_until = CASE WHEN %(keep)s THEN clock_timestamp() + make_interval(secs => %(lease)s) END,
    history = ({_LINES}) || %(entries)s::jsonb, updated_at = clock_timestamp()
WHERE id = %(id)s AND lease_owner = %(token)s
"""  # noqa: S608
_READ = f"SELECT {_COLUMNS} FROM saga_instance WHERE id = %s"  # noqa: S608
_LIST = f"""
SELECT {_COLUMNS} FROM saga_instance
WHERE (%(name)s::text IS NULL OR name = %(name)s) AND (%(statuses)s::text[] IS NULL OR status = ANY(%(statuses)s))
ORDER BY created_at DESC, id LIMIT %(limit)s
"""  # noqa: S608
_PUT_FORWARD = f"""
UPDATE saga_instance SET next_at = clock_timestamp(), attempts = 0, history = history || %(entry)s::jsonb,
    status = CASE WHEN backwards THEN 'compensating' ELSE 'running' END, updated_at = clock_timestamp()
WHERE id = %(id)s AND {_OPEN}
"""  # noqa: S608
# The row's lock orders this and the save that begins a wait: whichever comes second sees the first.
_SIGNAL = f"""
UPDATE saga_instance SET signals = signals || jsonb_build_object(%(signal)s::text, %(data)s::jsonb),
    next_at = CASE WHEN awaits <> '' AND lease_owner IS NULL THEN clock_timestamp() ELSE next_at END,
    history = history || %(entry)s::jsonb, updated_at = clock_timestamp()
WHERE id = %(id)s AND name = %(name)s AND NOT signals ? %(signal)s AND {_OPEN}
"""  # noqa: S608
_UNFINISHED = f"SELECT id FROM saga_instance WHERE id = ANY(%s) AND {_OPEN}"  # noqa: S608
_timeline = msgspec.json.Decoder(tuple[TimelineEntry, ...])


def new_token() -> str:
    """The name of a lease, of which there is never a second one."""
    return uuid.uuid4().hex


def now() -> datetime:
    """The time that the timeline shows."""
    return datetime.now(UTC)


def insert(saga: Saga[Any], *, id: str, state: Any, token: str, entry: TimelineEntry) -> None:
    """Write a new saga down, leased to whoever starts it.

    :raises SagaExists: its id is taken.
    """
    origin = current_call().origin
    parameters: list[Any] = [
        id, saga.name, saga.version, saga.steps[0].name, encode(state).decode(), token,
        saga.lease_at(0, backwards=False),
        _entries([entry]), origin.actor, origin.correlation_id,
    ]  # fmt: skip
    with connection_for(saga.module).cursor() as cursor:
        cursor.execute(_INSERT, parameters)
        if cursor.rowcount != 1:
            raise SagaExists(f"A saga {id!r} was started before: an id is used once.")


def take(
    module: str,
    *,
    id: str,
    token: str,
    lease: float,
    entry: TimelineEntry,
    step: str | None = None,
    backwards: bool = False,
) -> SagaInstance | None:
    """Lease one unfinished saga; None where it is over, somebody else has it, or it is not at the step asked for.

    :param lease: seconds.
    """
    parameters = {
        "id": id, "token": token, "lease": lease, "entry": _entries([entry]),
        "step": step, "backwards": backwards,
    }  # fmt: skip
    return next(iter(_instances(module, _TAKE, parameters)), None)


def take_due(module: str, *, token: str, lease: float, entry: TimelineEntry) -> SagaInstance | None:
    """Lease, for so many seconds, the saga that has been due for longest and that nobody has; None without one."""
    parameters = {"token": token, "lease": lease, "entry": _entries([entry])}
    return next(iter(_instances(module, _TAKE_DUE, parameters)), None)


def save(
    module: str,
    *,
    id: str,
    token: str,
    status: SagaStatus,
    backwards: bool,
    step: str,
    state: Any,
    failure: Failure | None,
    attempts: int,
    last_error: str,
    entries: Sequence[TimelineEntry],
    keep: bool,
    lease: float = 0.0,
    delay: float = 0.0,
    awaits: str = "",
    signal: str = "",
    wait_until: datetime | None = None,
) -> None:
    """Record progress, if the lease is still the own one.

    :param keep: whether the lease goes on, from now for ``lease`` seconds; else it is given back, and the saga is due
        after ``delay``, at ``wait_until``, or at once where ``signal`` has arrived.
    :raises LeaseLost: somebody else has it.
    """
    parameters = {
        "id": id,
        "token": token,
        "status": status.value,
        "backwards": backwards,
        "step": step,
        "state": encode(state).decode(),
        "failure": None if failure is None else encode(failure).decode(),
        "attempts": attempts,
        "last_error": last_error,
        "entries": _entries(entries),
        "keep": keep,
        "lease": lease,
        "delay": delay,
        "awaits": awaits,
        "signal": signal,
        "wait_until": wait_until,
    }
    with connection_for(module).cursor() as cursor:
        cursor.execute(_SAVE, parameters)
        if cursor.rowcount != 1:
            raise LeaseLost(id)


def read(module: str, *, id: str) -> SagaInstance | None:
    """One saga."""
    return next(iter(_instances(module, _READ, [id])), None)


def listed(
    module: str, *, name: str | None, statuses: Sequence[SagaStatus] | None, limit: int
) -> tuple[SagaInstance, ...]:
    """The newest sagas of a module."""
    parameters = {"name": name, "statuses": None if statuses is None else [s.value for s in statuses], "limit": limit}
    return tuple(_instances(module, _LIST, parameters))


def put_forward(module: str, *, id: str, entry: TimelineEntry) -> bool:
    """Make an unfinished saga due at once, its attempts counted anew; whether there was one."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_PUT_FORWARD, {"id": id, "entry": _entries([entry])})
        return bool(cursor.rowcount == 1)


def add_signal(module: str, *, id: str, name: str, signal: str, data: Any, entry: TimelineEntry) -> bool:
    """Keep a signal for an unfinished saga and wake it where it waits; False where it was there, or nobody needs it."""
    parameters = {"id": id, "name": name, "signal": signal, "data": encode(data).decode(), "entry": _entries([entry])}
    with connection_for(module).cursor() as cursor:
        cursor.execute(_SIGNAL, parameters)
        return bool(cursor.rowcount == 1)


def unfinished(module: str, ids: Sequence[str]) -> frozenset[str]:
    """Which of these sagas are under way."""
    with connection_for(module).cursor() as cursor:
        cursor.execute(_UNFINISHED, [list(ids)])
        return frozenset(id for (id,) in cursor.fetchall())


def _entries(entries: Sequence[TimelineEntry]) -> str:
    return encode(entries).decode()


def _instances(module: str, sql: str, parameters: Mapping[str, Any] | Sequence[Any]) -> list[SagaInstance]:
    with connection_for(module).cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_instance(module, row) for row in cursor.fetchall()]


def _instance(module: str, row: Sequence[Any]) -> SagaInstance:
    (
        id, name, version, status, backwards, step, attempts, next_at, lease_until, last_error, failure,
        state, history, awaits, wait_until, signals, actor, correlation_id, created_at, updated_at,
    ) = row  # fmt: skip
    return SagaInstance(
        id=id,
        name=name,
        version=version,
        module=module,
        status=SagaStatus(status),
        backwards=backwards,
        step=step,
        attempts=attempts,
        next_at=next_at,
        lease_until=lease_until,
        last_error=last_error,
        failure=None if failure is None else decoder(Failure).decode(failure),
        state=msgspec.json.decode(state),
        timeline=_timeline.decode(history),
        awaits=awaits,
        wait_until=wait_until,
        signals=msgspec.json.decode(signals),
        actor=actor,
        correlation_id=correlation_id,
        created_at=created_at,
        updated_at=updated_at,
    )
