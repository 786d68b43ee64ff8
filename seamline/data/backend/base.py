"""Connections that follow their data: a server that has given a module away refuses, and says where it is now.

Each transaction begins with a lock on the module's gate, in the same round trip as ``BEGIN``. So whoever moves the data
waits for all transactions, and a refusal can only come before anything was done: it is made good here by beginning
again at the other server, and no caller notices. This file may not know who moves data, or why.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from django.db import transaction
from django.db.backends.postgresql import base
from psycopg import errors, sql

from seamline.data.places import Place, known_place, remember_place
from seamline.data.roles import schema_of, serving_role
from seamline.data.route import ACCEPT, GATE, READ, RouteState, pointer_of

REFUSED = (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable)
"""What a server answers that has fenced a schema off, or dropped it afterwards."""
PATIENCE = 5.0
"""Seconds in which a place must be found that takes us in, once the first has refused."""
HESITATION = 0.5
"""Seconds in which a server may go on to refuse that says itself that the data are there: others see a commit a moment
before the sessions learn what it has changed in their rights."""
PAUSE = 0.002
MOST_POOLS = 5
"""How many pools may be put aside, one after the other, while one thread takes a connection."""

before_transaction: list[Callable[[Any], None]] = []
"""Called with the connection before each transaction of a module begins."""


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for where it connects and how transactions begin."""

    _connection_pools: dict[str, Any]  # Django's, by alias, for all wrappers

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(self._following)

    @property
    def _serves(self) -> bool:
        """Whether it is logged in as the serving role of a module; owners and administrators know where they go."""
        return self.alias != "default" and bool(self.settings_dict["USER"] == serving_role(schema_of(self.alias)))

    def get_connection_params(self) -> dict[str, Any]:
        """Where the data are now."""
        parameters: dict[str, Any] = super().get_connection_params()
        place = known_place(self.alias)
        return parameters if place is None else {**parameters, **place.connection_parameters()}

    @property
    def pool(self) -> Any:
        """The alias's pool; another one after a move."""
        pool, place = self._any_pool(), known_place(self.alias)
        if not pool or place is None or _leads_to(pool, place):
            return pool
        if self._connection_pools.get(self.alias) is pool and (old := self._connection_pools.pop(self.alias, None)):
            # It waits for its threads, which nobody here need do.
            threading.Thread(target=old.close, name="seamline old pool", daemon=True).start()
        return self._any_pool()

    def _any_pool(self) -> Any:
        while True:
            try:
                return super().pool
            except KeyError:  # another thread has put it aside between Django's two looks
                continue

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """From the pool of the place where the data are; another thread may put it aside at this moment."""
        for _ in range(MOST_POOLS):
            pool = self.pool
            try:
                return super().get_new_connection(conn_params)
            except psycopg.OperationalError:
                if pool and pool.closed and self._connection_pools.get(self.alias) is pool:
                    self._connection_pools.pop(self.alias, None)
                elif (pool is None or self._connection_pools.get(self.alias) is pool) and not self._came_back():
                    raise
            conn_params = self.get_connection_params()
        return super().get_new_connection(conn_params)

    def _came_back(self) -> bool:
        """Whether the server of the settings has the data again, as the one where they were is gone."""
        known = known_place(self.alias)
        configured = super().get_connection_params()
        address = configured.get("host"), str(configured.get("port")), configured.get("dbname")
        if known is None or known.address == address or not self._serves:
            return False
        parameters = {**configured, "autocommit": True, "connect_timeout": 2}
        with suppress(psycopg.Error), psycopg.connect(**parameters) as raw:
            row = _read(raw, schema_of(self.alias))
            if row is not None and pointer_of(row).place.epoch > known.epoch:
                remember_place(self.alias, pointer_of(row).place)
                return True
        return False

    def _set_autocommit(self, autocommit: bool) -> None:
        if autocommit or not self._serves:
            super()._set_autocommit(autocommit)  # type: ignore[misc]
            return
        # The driver stays in autocommit and is told to begin: with the gate, in one round trip instead of two.
        for hook in before_transaction:
            hook(self)
        statement = sql.SQL("BEGIN; LOCK TABLE {}.{} IN ROW EXCLUSIVE MODE").format(
            sql.Identifier(schema_of(self.alias)), sql.Identifier(GATE)
        )
        with self.wrap_database_errors:
            try:
                self._until_taken_in(lambda: self.connection.execute(statement))
            except BaseException:
                # Django takes it that nothing has begun: whatever uses this connection next must find it so.
                with suppress(psycopg.Error):
                    if self.connection is not None:
                        self.connection.rollback()
                raise

    def create_cursor(self, name: str | None = None) -> Any:
        """As Django does; one with a name outlives its transaction only where there is none."""
        cursor = super().create_cursor(name)
        if name and isinstance(cursor, psycopg.ServerCursor):
            return type(cursor)(self.connection, name=name, scrollable=False, withhold=self.autocommit)
        return cursor

    def _following(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Around each statement: outside transactions it is made again where the data are.

        Many at once are made in a transaction: whole here or whole there.
        """
        if many and self._serves and self.get_autocommit() and not self.in_atomic_block:
            with transaction.atomic(using=self.alias):
                return self._following(execute, sql, params, many, context)
        if self._serves and self.connection is not None and context["cursor"].cursor.connection is not self.connection:
            # It was made before its transaction began, which had to begin elsewhere.
            context["cursor"].cursor = self.create_cursor()
        try:
            return execute(sql, params, many, context)
        except Exception as error:
            if self.in_atomic_block or not self._was_refused(error):
                raise
            with self.wrap_database_errors:  # Django wraps what the statement raises, and not what is done around it
                if not self._follow(may_stay=True):
                    raise

        def again() -> Any:
            context["cursor"].cursor = self.create_cursor()
            return execute(sql, params, many, context)

        return self._until_taken_in(again)

    def locate(self) -> None:
        """Learn from the server of the settings where the data are, for those whom it would not refuse."""
        self.ensure_connection()
        row = _read(self.connection, schema_of(self.alias))
        if row is not None:
            pointer = pointer_of(row)
            if pointer.place.address != _address(self.connection):
                remember_place(self.alias, pointer.place)

    def _until_taken_in(self, work: Callable[[], Any]) -> Any:
        began = time.monotonic()
        while True:
            try:
                return work()
            except Exception as error:
                seconds = time.monotonic() - began
                if (
                    not self._was_refused(error)
                    or seconds > PATIENCE
                    or not self._follow(may_stay=seconds < HESITATION)
                ):
                    raise
            time.sleep(PAUSE)

    def _was_refused(self, error: Exception) -> bool:
        cause = error if isinstance(error, psycopg.Error) else error.__cause__
        return self._serves and isinstance(cause, REFUSED) and self.connection is not None

    def _follow(self, *, may_stay: bool) -> bool:
        """Ask the server that refused where the data are, and go there.

        A server to which the data were given in this very moment may have to be told so: whoever comes first does.

        :param may_stay: whether it may be tried again here, as the refusal may be one of a moment ago.
        :returns: whether to try again.
        """
        raw, module = self.connection, schema_of(self.alias)
        with suppress(psycopg.Error):
            raw.rollback()
        row = _read(raw, module)
        if row is None:
            return False
        pointer, known = pointer_of(row), known_place(self.alias)
        if known is not None and known.epoch > pointer.place.epoch:
            if known.address == _address(raw):
                return _accepted(raw, module, known.epoch)
        elif pointer.state is RouteState.HERE:
            remember_place(self.alias, pointer.place)
            return may_stay
        else:
            remember_place(self.alias, pointer.place)
        self.close()
        self.connect()
        return True


def _leads_to(pool: Any, place: Place) -> bool:
    return (pool.kwargs.get("host"), str(pool.kwargs.get("port")), pool.kwargs.get("dbname")) == place.address


def _address(raw: psycopg.Connection[Any]) -> tuple[str, str, str]:
    return raw.info.host, str(raw.info.port), raw.info.dbname


def _read(raw: psycopg.Connection[Any], module: str) -> Any:
    """The server's row about the module; None where nothing was ever moved, or it cannot be read."""
    try:
        return raw.execute(READ, [module]).fetchone()
    except (errors.UndefinedTable, errors.InvalidSchemaName, errors.InsufficientPrivilege):
        with suppress(psycopg.Error):
            raw.rollback()
        return None


def _accepted(raw: psycopg.Connection[Any], module: str, epoch: int) -> bool:
    row = raw.execute(ACCEPT, [module, epoch]).fetchone()
    return bool(row and row[0])
