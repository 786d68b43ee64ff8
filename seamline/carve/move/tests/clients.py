"""Writers who reach a module as its processes do, through our database backend, and keep their own tokens."""

from __future__ import annotations

import threading
import uuid
from typing import Any

from django.db import Error, connections, transaction

from seamline.carve.move.servers import Move
from seamline.data.backend.base import DatabaseWrapper
from seamline.data.roles import role_password


def connection_of(move: Move, *, pool: int = 0) -> DatabaseWrapper:
    """A connection of this thread, configured with the source and free to follow.

    :param pool: of how many connections of this process it is one; 0 for one of its own.
    """
    place, role = move.source.place, f"{move.module}_rw"
    settings: dict[str, Any] = {
        "ENGINE": "seamline.data.backend", "HOST": place.host, "PORT": str(place.port), "NAME": place.dbname,
        "USER": role, "PASSWORD": role_password(role=role, secret=move.secret), "TIME_ZONE": None,
        "OPTIONS": {"options": f"-c search_path={move.module}", "connect_timeout": 5}, "AUTOCOMMIT": True,
        "CONN_MAX_AGE": 0 if pool else None, "CONN_HEALTH_CHECKS": False, "ATOMIC_REQUESTS": False, "TEST": {},
    }  # fmt: skip
    if pool:
        settings["OPTIONS"]["pool"] = {"min_size": 0, "max_size": pool, "timeout": 5.0, "num_workers": 1}
        settings["CONN_HEALTH_CHECKS"] = True
    wrapper = DatabaseWrapper(settings, alias=move.module)
    connections[move.module] = wrapper
    return wrapper


class Writers:
    """A context: they write from its beginning to its end, transactions and single statements in turn.

    :param patient: go on after an error, as a server is going to be killed; what was not acknowledged is not kept.
    :param pool: share so many connections, and give them back after each write; 0 for one each.
    """

    def __init__(self, move: Move, *, threads: int = 2, patient: bool = False, pool: int = 0) -> None:
        self.acknowledged: dict[str, int] = {}
        """Token and the id that was given for it."""
        self.failures: list[str] = []
        self._move, self._patient, self._pool = move, patient, pool
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(threads)]

    def __enter__(self) -> Writers:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
        if pool := DatabaseWrapper._connection_pools.pop(self._move.module, None):
            pool.close()

    def _write(self) -> None:
        wrapper = connection_of(self._move, pool=self._pool)
        number = 0
        while not self._stopping.wait(0.002):
            number += 1
            try:
                self._add(wrapper, in_transaction=bool(number % 2))
                if self._pool:
                    wrapper.close()
            except Error as error:
                wrapper.close()
                if not self._patient:
                    self.failures.append(repr(error))
                    return
                self._stopping.wait(0.05)
        wrapper.close()

    def _add(self, wrapper: DatabaseWrapper, *, in_transaction: bool) -> None:
        token = uuid.uuid4().hex
        if in_transaction:
            with transaction.atomic(using=self._move.module), wrapper.cursor() as cursor:
                given = _insert(cursor, token)
                cursor.execute("INSERT INTO log (thing_id, text) VALUES (%s, %s)", [given, token])
        else:
            with wrapper.cursor() as cursor:
                given = _insert(cursor, token)
        self.acknowledged[token] = given


def _insert(cursor: Any, token: str) -> int:
    cursor.execute("INSERT INTO thing (token) VALUES (%s) RETURNING id", [token])
    return int(cursor.fetchone()[0])
