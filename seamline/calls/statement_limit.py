"""The call's deadline as PostgreSQL's ``statement_timeout``: a statement that nobody waits for any more is ended there.

Set only when it has to change, in steps of a tenth, so that most statements cost no second round trip. The role's own
limit stays where it is stricter. This file may not know what is executed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from psycopg.pq import ExecStatus, TransactionStatus

from seamline.calls.context import current
from seamline.data.backend.base import before_transaction
from seamline.data.provision import TIMEOUTS

STEP = 1.1
_LOG_STEP = math.log(STEP)
_LEAST_MS = 5
_UNKNOWN = -1
_IDLE, _IN_TRANSACTION = TransactionStatus.IDLE, TransactionStatus.INTRANS
_ROLE_MS = int(TIMEOUTS["statement_timeout"].removesuffix("s")) * 1000


class _Session:
    """What a connection's session was told: for good, and for the open transaction alone."""

    __slots__ = ("local", "own")

    def __init__(self) -> None:
        self.own = 0
        self.local: int | None = None


_sessions: WeakKeyDictionary[psycopg.Connection[Any], _Session] = WeakKeyDictionary()


def install() -> None:
    """Have every connection that Django opens from now on ended in time."""
    connection_created.connect(_watch, dispatch_uid="seamline.calls.statement_limit")
    if _before_transaction not in before_transaction:
        before_transaction.append(_before_transaction)


def milliseconds(*, deadline: float, now: float) -> int:
    """What ``statement_timeout`` is to be: the time left, up to a tenth more; 0 for the role's own limit.

    :param deadline: a reading of the clock that ``now`` reads; may be infinite.
    """
    left = (deadline - now) * 1000
    if left >= _ROLE_MS:
        return 0
    if left <= _LEAST_MS:
        return _LEAST_MS
    return min(math.ceil(math.exp(math.ceil(math.log(left) / _LOG_STEP) * _LOG_STEP)), _ROLE_MS)


def _watch(connection: BaseDatabaseWrapper, **signal: Any) -> None:
    if connection.vendor == "postgresql" and _Limit not in map(type, connection.execute_wrappers):
        connection.execute_wrappers.append(_Limit(connection))


def _before_transaction(connection: BaseDatabaseWrapper) -> None:
    """What waits for the gate is ended in time as well, and what an earlier transaction was told is over."""
    raw = connection.connection
    session = _session_of(raw)
    session.local = None
    wanted = milliseconds(deadline=current.get().deadline, now=time.monotonic())
    if session.own != wanted:
        _tell(raw, session, raw.pgconn.transaction_status, wanted)


def _session_of(raw: psycopg.Connection[Any]) -> _Session:
    session = _sessions.get(raw)
    if session is None:
        session = _sessions[raw] = _Session()
    return session


class _Limit:
    """Django's hook around each statement of one connection."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        wanted = milliseconds(deadline=current.get().deadline, now=time.monotonic())
        raw = self._connection.connection
        session = _session_of(raw)
        status = raw.pgconn.transaction_status
        if status == _IDLE:
            session.local = None
        if (session.own if session.local is None else session.local) != wanted:
            _tell(raw, session, status, wanted)
        result = execute(sql, params, many, context)
        if session.local is not None and isinstance(sql, str) and sql.startswith("ROLLBACK TO"):
            session.local = _UNKNOWN  # what was told since the savepoint is taken back
        return result


def _tell(raw: psycopg.Connection[Any], session: _Session, status: TransactionStatus, wanted: int) -> None:
    """Tell the session, past psycopg, which would begin a transaction; within one, for that one alone."""
    value = str(wanted) if wanted else "DEFAULT"
    if status == _IDLE:
        scope = "SESSION"
    elif status == _IN_TRANSACTION:
        scope = "LOCAL"
    else:
        return  # the statement will be refused, or rolls back
    result = raw.pgconn.exec_(f"SET {scope} statement_timeout TO {value}".encode())
    if result.status != ExecStatus.COMMAND_OK:
        return  # the connection is broken: the statement itself finds out and says so
    if status == _IDLE:
        session.own = wanted
    else:
        session.local = wanted
