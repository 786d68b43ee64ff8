"""Two real PostgreSQL servers with a small module between them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from seamline.carve.move.servers import Move, Server
from seamline.data.provision import provision
from seamline.embedded import EmbeddedServer
from seamline.testing import wait_until

SECRET = "for these tests alone"  # noqa: S105
MODULE = "moved"
SETTINGS = {
    "synchronous_commit": "on",
    "wal_retrieve_retry_interval": "500ms",  # 5 s else until a line that was cut is tried again
}
TABLES = """
SET ROLE moved_owner; SET search_path = moved;
CREATE TABLE move_gate (nothing boolean PRIMARY KEY CHECK (false));
CREATE TABLE thing (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, token text NOT NULL UNIQUE, data jsonb NOT NULL DEFAULT '{}'
);
CREATE TABLE log (id serial PRIMARY KEY, thing_id bigint NOT NULL REFERENCES thing, text text NOT NULL);
REVOKE UPDATE, DELETE ON log FROM moved_rw;
INSERT INTO thing (token) SELECT 'old ' || n FROM generate_series(1, 500) AS n;
INSERT INTO log (thing_id, text) SELECT id, token FROM thing;
"""


@pytest.fixture(scope="session")
def servers() -> Iterator[tuple[EmbeddedServer, EmbeddedServer]]:
    with tempfile.TemporaryDirectory(prefix="seamline-move-") as folder:
        Path(folder).chmod(0o755)
        source, target = (
            EmbeddedServer(directory=Path(folder) / name, fast=True, settings=SETTINGS) for name in ("source", "target")
        )
        both = (source, target)
        try:
            for server in both:
                server.ensure_running()
            yield both
        finally:
            for server in both:
                server.destroy()


@pytest.fixture
def move(servers: tuple[EmbeddedServer, EmbeddedServer]) -> Iterator[Move]:
    """A module at a fresh database of the first server; the second has an empty one for it."""
    databases = []
    for server in servers:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE moving")
        databases.append(server.url.rpartition("/")[0] + "/moving")
    provision(admin_url=databases[0], schemas=[MODULE], secret=SECRET)
    with psycopg.connect(databases[0]) as connection:
        connection.execute(TABLES)
    yield Move(module=MODULE, source=Server(url=databases[0]), target=Server(url=databases[1]), secret=SECRET)
    for server in servers:
        _drop_subscriptions(server)
    for server in servers:
        with psycopg.connect(server.url, autocommit=True) as connection:
            _drop(connection)


def _drop_subscriptions(server: EmbeddedServer) -> None:
    inside = server.url.rpartition("/")[0] + "/moving"
    with psycopg.connect(inside, autocommit=True) as own:
        for (name,) in own.execute(
            "SELECT subname FROM pg_subscription WHERE subdbid = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())"
        ).fetchall():
            own.execute(f"ALTER SUBSCRIPTION {name} DISABLE")
            own.execute(f"ALTER SUBSCRIPTION {name} SET (slot_name = NONE)")
            own.execute(f"DROP SUBSCRIPTION {name}")


def _drop(connection: psycopg.Connection) -> None:
    """Once nobody subscribes any more; a worker that is just ending may hold its slot for a moment longer."""

    def without_slots() -> bool:
        rows = connection.execute("SELECT slot_name, active_pid FROM pg_replication_slots WHERE database = 'moving'")
        for name, worker in rows.fetchall():
            with suppress(psycopg.errors.ObjectInUse, psycopg.errors.UndefinedObject):
                if worker is None:
                    connection.execute("SELECT pg_drop_replication_slot(%s)", [name])
                else:
                    connection.execute("SELECT pg_terminate_backend(%s)", [worker])
        return not connection.execute("SELECT FROM pg_replication_slots WHERE database = 'moving'").fetchall()

    wait_until(without_slots, what="the end of all replication")
    connection.execute("DROP DATABASE moving WITH (FORCE)")
