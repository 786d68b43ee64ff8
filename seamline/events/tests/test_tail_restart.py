"""A server that restarts gives its prepared transactions other names: the reader still waits for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import EmbeddedServer
from seamline.events.tail import Tail

INSERT = (
    "INSERT INTO event_log (event_id, name, schema_version, key, data) VALUES (gen_random_uuid(), 'x', 1, 'x', '{}')"
)


@pytest.fixture
def server() -> Iterator[EmbeddedServer]:
    directory = Path(tempfile.mkdtemp(prefix="seamline-test-"))
    started = EmbeddedServer(directory=directory / "postgres", fast=True)
    started.ensure_running()
    with psycopg.connect(started.url, autocommit=True) as connection:
        connection.execute(import_module("seamline.migrations.0001_events").EVENT_LOG)
        connection.execute(import_module("seamline.migrations.0004_history").ARCHIVED_RANGE)
    yield started
    started.stop()
    shutil.rmtree(directory, ignore_errors=True)


@pytest.mark.parametrize("reader_restarts", [False, True], ids=["the server's", "the server's and the reader's"])
def test_prepared_transaction_is_waited_for_across_a_restart(server: EmbeddedServer, reader_restarts: bool) -> None:
    tail = Tail(settled=0)
    with psycopg.connect(server.url) as writer, psycopg.connect(server.url, autocommit=True) as other:
        writer.execute(INSERT)
        other.execute(INSERT)
        tail.advance(other)
        assert (tail.settled, tail.held_back) == (0, True)
        writer.execute("PREPARE TRANSACTION 'late'")
    server.stop()
    server.ensure_running()
    if reader_restarts:
        tail = Tail(settled=tail.settled)
    with psycopg.connect(server.url, autocommit=True) as connection:
        for _ in range(3):
            tail.advance(connection)
            assert (tail.settled, tail.held_back) == (0, True)
        connection.execute("COMMIT PREPARED 'late'")
        tail.advance(connection)
        assert (tail.settled, tail.held_back) == (2, False)
