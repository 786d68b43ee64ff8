"""Data directories that cannot be served, and process numbers that lie."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import EmbeddedServer, EmbeddedServerError, ServerState, StaleDataDirectory
from seamline.embedded.account import account_for


def test_data_of_another_major_version_is_stale(server: EmbeddedServer, one_line: Callable[[object], str]) -> None:
    server.ensure_running()
    server.stop()
    (server.directory / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(StaleDataDirectory, match="PostgreSQL 12 wrote it") as raised:
        server.ensure_running()
    assert one_line(raised.value).startswith("stale data directory")
    assert "make reset" in one_line(raised.value)


@pytest.mark.parametrize("lost", ["PG_VERSION", "global/pg_control"])
def test_damaged_data_is_stale(server: EmbeddedServer, lost: str, one_line: Callable[[object], str]) -> None:
    server.ensure_running()
    server.stop()
    (server.directory / "data" / lost).unlink()
    with pytest.raises(StaleDataDirectory) as raised:
        server.ensure_running()
    assert one_line(raised.value).startswith("stale data directory")
    assert "make reset" in one_line(raised.value)
    assert server.status().state is ServerState.STOPPED


def test_data_whose_password_is_lost_is_stale_and_not_overwritten(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    (server.directory / "password").unlink()
    with pytest.raises(StaleDataDirectory, match="password is lost"):
        server.ensure_running()
    assert (server.directory / "data" / "PG_VERSION").exists()


def test_unusable_setting_is_reported_with_postgresqls_reason(place: Path, one_line: Callable[[object], str]) -> None:
    server = EmbeddedServer(directory=place / "postgres", fast=True, settings={"wal_level": "nonsense"})
    try:
        with pytest.raises(EmbeddedServerError, match="wal_level") as raised:
            server.ensure_running()
        assert str(server.log) in one_line(raised.value)
        assert server.status().state is ServerState.STOPPED
    finally:
        server.destroy()


def test_process_that_inherited_the_number_is_neither_trusted_nor_touched(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    data = (server.directory / "data").resolve()
    stranger = subprocess.Popen(["sleep", "60"], **account_for(data).run_as())
    try:
        lines = [str(stranger.pid), str(data), "1700000000", "5432", "", "127.0.0.1", "  123456    654321", "ready"]
        (data / "postmaster.pid").write_text("\n".join(lines) + "\n")
        assert server.status().state is ServerState.STOPPED
        assert server.stop() is False
        assert server.ensure_running() is True
        assert stranger.poll() is None
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        stranger.kill()
        stranger.wait()


def test_unreadable_state_file_costs_the_port_and_nothing_else(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.stop()
    (server.directory / "state.json").write_text("{")
    assert server.has_run is False
    assert server.ensure_running() is True
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
