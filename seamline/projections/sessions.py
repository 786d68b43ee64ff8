"""Sessions of a rebuild's own beside the thread's connection: one that keeps others away, one for a snapshot.

A lock that belongs to a session ends with its process, however that ends. This file may not know what is rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from seamline.data import connection_for
from seamline.projections.rebuild import LOCK_KEY

LONGEST_COMPARISON = "30min"
"""For a statement that compares two tables; the serving role's own limit is meant for requests."""


class AlreadyRebuilding(Exception):
    """Somebody else works on the rebuild of this projection at the moment."""


def open_session(module: str) -> psycopg.Connection[Any]:
    """A new connection of the module's serving role, outside of any pool; the caller closes it."""
    parameters = {**connection_for(module).get_connection_params(), "autocommit": True}
    for django_only in ("cursor_factory", "context"):
        parameters.pop(django_only, None)
    return psycopg.Connection.connect(**parameters)


@contextmanager
def rebuild_lock(module: str, name: str) -> Iterator[None]:
    """Keep everybody else away from the rebuild in this block.

    :raises AlreadyRebuilding: somebody else is at it.
    """
    with open_session(module) as session:
        row = session.execute(f"SELECT pg_try_advisory_lock({LOCK_KEY})", [name]).fetchone()
        if row is None or not row[0]:
            raise AlreadyRebuilding(
                f"{name} is being rebuilt by somebody else at this moment; watch it: manage.py projections status"
            )
        try:
            yield
        finally:
            # Closing alone is heard by the server a moment later, and whoever comes next would be refused.
            with suppress(psycopg.OperationalError):  # the session is gone, and its lock with it
                session.execute(f"SELECT pg_advisory_unlock({LOCK_KEY})", [name])


@contextmanager
def snapshot(module: str) -> Iterator[psycopg.Connection[Any]]:
    """A session that goes on seeing what is there at its first statement, until the block ends."""
    with open_session(module) as session:
        session.execute(f"SET statement_timeout = '{LONGEST_COMPARISON}'")
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield session
        session.execute("COMMIT")
