"""One shadow read: the target is asked what the source was asked, and a difference is looked at again before it counts.

Replication takes time, so a difference is only real when it stays after the target has caught up; and the source is
asked before and after the target, as the data go on changing. This file may not know who asked first.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

from seamline.calls.context import Call, current
from seamline.calls.local import fingerprint
from seamline.carve.shadow.answers import Answer, answer_of, paths_of
from seamline.carve.shadow.target import reading_from
from seamline.carve.shadow.values import Difference, Verdict
from seamline.contract import Operation

TRIES = 4
CATCH_UP_SECONDS = 6.0
POLL = 0.02
_POSITION = """
SELECT pg_current_wal_lsn()::text, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint
FROM pg_replication_slots WHERE slot_name = %s
"""
_ARRIVED = "SELECT confirmed_flush_lsn >= %s::pg_lsn FROM pg_replication_slots WHERE slot_name = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query as it was served here, with what it answered."""

    operation: Operation
    function: Callable[..., Any]
    arguments: dict[str, Any]
    answer: Answer

    @property
    def module(self) -> str:
        """Whose query it is."""
        return self.operation.contract.module

    def again(self) -> Answer:
        """Ask the same, with as much time as the operation has."""
        call = current.get()
        deadline = time.monotonic() + self.operation.timeout
        token = current.set(Call(self.operation.full_name, deadline, "", call.origin))
        try:
            return answer_of(lambda: self.function(**self.arguments))
        finally:
            current.reset(token)

    def keyed_fingerprint(self) -> str:
        """Tells equal arguments from others, and cannot be guessed backwards without the installation's secret."""
        digest = fingerprint(self.operation, self.arguments)
        return hmac.new(settings.SEAMLINE_SECRET.encode(), digest, hashlib.sha256).hexdigest()[:16]


def judge(asked: Asked, *, target: BaseDatabaseWrapper, slot: str) -> tuple[Verdict, Difference | None]:
    """Ask the target, and compare.

    :param target: of this thread.
    :param slot: the replication slot at the source by which the target's delay is known.
    :raises TargetAway: a side cannot be asked.
    """
    # The caller's deadline is the caller's: here each question has its own.
    token = current.set(Call("", inf, "", current.get().origin))
    try:
        return _judged(asked, target, slot)
    finally:
        current.reset(token)


def _judged(asked: Asked, target: BaseDatabaseWrapper, slot: str) -> tuple[Verdict, Difference | None]:
    there = _at(asked, target)
    if there.wire == asked.answer.wire:
        return Verdict.SAME, None
    lag: int | None = None
    source, steady, verdict = asked.answer, False, Verdict.LATE
    paths, kinds = paths_of(source, there), (source.summary, there.summary)
    for attempt in range(TRIES):
        behind, arrived = _catch_up(asked.module, slot)
        if attempt == 0:
            lag = behind
        before = asked.again()
        there = _at(asked, target)
        source = asked.again()
        if there.wire in (before.wire, source.wire):
            break
        steady = steady or (arrived and before.wire == source.wire)
    else:
        verdict = Verdict.REAL if steady else Verdict.UNDECIDED
        paths, kinds = paths_of(source, there), (source.summary, there.summary)
    return verdict, Difference(
        operation=asked.operation.full_name,
        arguments=asked.keyed_fingerprint(),
        verdict=verdict,
        paths=paths,
        source=kinds[0],
        target=kinds[1],
        lag_bytes=lag,
        at=datetime.now(UTC),
    )


def _at(asked: Asked, target: BaseDatabaseWrapper) -> Answer:
    with reading_from(asked.module, target):
        return asked.again()


def _catch_up(module: str, slot: str) -> tuple[int | None, bool]:
    """How far the target is behind, in bytes, and whether it has taken in within some seconds what was written now."""
    with connections[module].cursor() as cursor:
        cursor.execute(_POSITION, [slot])
        row = cursor.fetchone()
        if row is None or row[1] is None:
            return None, False
        position, lag = row
        deadline = time.monotonic() + CATCH_UP_SECONDS
        while True:
            cursor.execute(_ARRIVED, [position, slot])
            if cursor.fetchone() == (True,):
                return lag, True
            if time.monotonic() > deadline:
                return lag, False
            time.sleep(POLL)
