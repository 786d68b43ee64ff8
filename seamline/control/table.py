"""The board in this deployable's own database: one connection of its own, on which PostgreSQL also pushes what is new.

This file may not know what a process makes of what it reads.
"""

from __future__ import annotations

import logging
import os
import select
import socket
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
import psycopg
from django.conf import settings

from seamline.control.board import TTL, BoardAway
from seamline.control.orders import ORDERS, orders_of
from seamline.control.values import Happened, Report, Seen

logger = logging.getLogger(__name__)
ALIAS = "default"
CHANNEL = "seamline_control"
MOST_REPORTS = 2000
KEPT = 10_000
"""Transitions of the history."""
PATIENCE = 3.0
"""Seconds for the database to answer."""

_REPORT = """
INSERT INTO control_report (process, report, expires_at)
VALUES (%(process)s, %(report)s, clock_timestamp() + make_interval(secs => %(ttl)s))
ON CONFLICT (process) DO UPDATE SET (report, expires_at) = (excluded.report, excluded.expires_at)
"""
_HAPPENED = "INSERT INTO control_transition (name, transition) VALUES (%s, %s)"
_TRIM = "DELETE FROM control_transition WHERE id <= (SELECT max(id) FROM control_transition) - %s"
_SWEEP = "DELETE FROM control_report WHERE expires_at < clock_timestamp() - interval '1 minute'"
_REPORTS = "SELECT report::text FROM control_report WHERE expires_at > clock_timestamp() ORDER BY process LIMIT %s"

_looks: list[Callable[[Callable[..., Any]], None]] = []
_leaves: list[Callable[[Callable[..., Any]], None]] = []


def beside(*, look: Callable[[Callable[..., Any]], None], leave: Callable[[Callable[..., Any]], None]) -> None:
    """Have another room use the same connection: after each exchange, and when the process leaves.

    Both are called with a function that executes a statement, each in a transaction of its own; a notice on ``CHANNEL``
    brings about an exchange at once. An error counts as one of the board.
    """
    _looks.append(look)
    _leaves.append(leave)


def apart(*, look: Callable[[Callable[..., Any]], None], leave: Callable[[Callable[..., Any]], None]) -> None:
    """End what ``beside`` began."""
    _looks.remove(look)
    _leaves.remove(leave)


os.register_at_fork(after_in_child=_looks.clear)
os.register_at_fork(after_in_child=_leaves.clear)


class TableBoard:
    """The board of all processes that share this deployable's ``platform`` schema."""

    def __init__(self) -> None:
        self._connection: psycopg.Connection[Any] | None = None

    def exchange(self, *, report: Report | None, happened: Sequence[Happened]) -> Seen:
        """As ``Board.exchange``."""

        def work(connection: psycopg.Connection[Any]) -> Seen:
            with connection.transaction():
                tell(connection.execute, report=report, happened=happened)
                seen = look(connection.execute)
            for each in tuple(_looks):
                with connection.transaction():
                    each(connection.execute)
            return seen

        seen: Seen = self._with_connection(work)
        return seen

    def leave(self, process: str) -> None:
        """As ``Board.leave``."""

        def work(connection: psycopg.Connection[Any]) -> None:
            forget(connection.execute, process)
            for each in tuple(_leaves):
                each(connection.execute)

        self._with_connection(work)

    def wait(self, waker: socket.socket, *, seconds: float) -> None:
        """As ``Board.wait``."""
        connection = self._connection
        listened: list[Any] = [waker] if connection is None or connection.closed else [waker, connection.fileno()]
        ready, _, _ = select.select(listened, [], [], seconds)
        if connection is not None and connection.fileno() in ready:
            try:
                for _ in connection.notifies(timeout=0):
                    pass
            except psycopg.Error:
                self.close()

    def close(self) -> None:
        """As ``Board.close``."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _with_connection(self, work: Callable[[psycopg.Connection[Any]], Any]) -> Any:
        try:
            if self._connection is None:
                self._connection = _connect()
            return work(self._connection)
        except (psycopg.Error, OSError) as error:
            self.close()
            text = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise BoardAway(f"the tables of the control room cannot be used: {text}") from error


def tell(execute: Callable[..., Any], *, report: Report | None, happened: Sequence[Happened]) -> None:
    """Write what a process tells, within the caller's transaction; whoever waits is woken by changes of state."""
    if report is not None:
        values = {"process": report.process, "report": _json(report), "ttl": TTL}
        execute(_REPORT, values)
    for each in happened:
        execute(_HAPPENED, (each.name, _json(each)))
    if happened:
        execute(_TRIM, (KEPT,))
        execute(_SWEEP)
        execute("SELECT pg_notify(%s, '')", (CHANNEL,))


def look(execute: Callable[..., Any]) -> Seen:
    """Read all that is in force now."""
    orders = orders_of(execute(ORDERS).fetchall())
    rows = execute(_REPORTS, (MOST_REPORTS,)).fetchall()
    return Seen(orders=orders, reports=tuple(_readable(text for (text,) in rows)))


def _readable(texts: Iterable[str]) -> Iterator[Report]:
    """The reports that this version can read: one that cannot be must not hide the orders."""
    for text in texts:
        try:
            yield msgspec.json.decode(text, type=Report)
        except msgspec.MsgspecError as error:
            logger.debug("A process's report cannot be read by this version: %s", error)


def forget(execute: Callable[..., Any], process: str) -> None:
    """A process has ended."""
    execute("DELETE FROM control_report WHERE process = %s", (process,))


@contextmanager
def django_execute() -> Iterator[Callable[..., Any]]:
    """The same statements in a transaction on Django's connection of this thread, for requests and commands.

    :raises BoardAway: the database is out of reach.
    """
    from django.db import Error, connections, transaction

    try:
        with transaction.atomic(using=ALIAS), connections[ALIAS].cursor() as cursor:

            def execute(statement: str, values: Any = None) -> Any:
                cursor.execute(statement, values)
                return cursor

            yield execute
    except Error as error:
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise BoardAway(f"the tables of the control room cannot be used: {text}") from error


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode().replace("\\u0000", "\\ufffd")


def _connect() -> psycopg.Connection[Any]:
    place = settings.DATABASES[ALIAS]
    options = {
        name: value for name, value in place["OPTIONS"].items() if name not in ("pool", "application_name", "options")
    }
    connection: psycopg.Connection[Any] = psycopg.connect(
        **options,
        host=place["HOST"],
        port=place["PORT"] or None,
        dbname=place["NAME"],
        user=place["USER"],
        password=place["PASSWORD"],
        options=f"{place['OPTIONS'].get('options', '')} -c statement_timeout={int(PATIENCE * 1000)}",
        application_name="seamline control",
        connect_timeout=int(PATIENCE),
        tcp_user_timeout=int(PATIENCE * 1000),
        autocommit=True,
    )
    connection.execute(f"LISTEN {CHANNEL}")
    return connection
