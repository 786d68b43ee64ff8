"""The server as its users see it: started, stopped, found, killed, moved to another port."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import EmbeddedServer, EmbeddedServerError, ServerState, default_server, server_url
from seamline.testing import wait_until

ROOT = Path(__file__).resolve().parents[3]


def _remember(server: EmbeddedServer, word: str) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", [word])


def _remembered(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.url) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM words ORDER BY word")]


def _setting(server: EmbeddedServer, name: str) -> str:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
    assert row is not None
    return str(row[0])


def test_first_call_makes_a_server_and_second_call_finds_it(absent_server: EmbeddedServer) -> None:
    server = absent_server
    assert server.status().state is ServerState.ABSENT
    assert server.ensure_running() is True
    assert server.ensure_running() is False
    assert server.status().state is ServerState.RUNNING
    assert _setting(server, "listen_addresses") == "127.0.0.1"
    assert _setting(server, "wal_level") == "logical"
    assert _setting(server, "server_encoding") == "UTF8"


def test_letters_outside_ascii_have_case(server: EmbeddedServer) -> None:
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT lower('ÄÉØ')").fetchone() == ("äéø",)


def test_only_fast_servers_give_up_durability(place: Path) -> None:
    server = EmbeddedServer(directory=place / "durable", settings={"work_mem": "9MB"})
    try:
        server.ensure_running()
        assert [_setting(server, name) for name in ("fsync", "synchronous_commit", "full_page_writes")] == ["on"] * 3
        assert _setting(server, "work_mem") == "9MB"
    finally:
        server.destroy()


def test_wrong_password_is_refused(server: EmbeddedServer) -> None:
    server.ensure_running()
    password = (server.directory / "password").read_text()
    assert (server.directory / "password").stat().st_mode & 0o777 == 0o600
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server.url.replace(password, "guessed"))


def test_data_survives_stop_and_start(server: EmbeddedServer) -> None:
    server.ensure_running()
    port = server.status().port
    _remember(server, "kept")
    assert server.stop() is True
    assert server.stop() is False
    assert server.status().state is ServerState.STOPPED
    assert server.ensure_running() is True
    assert server.status().port == port
    assert _remembered(server) == ["kept"]


def test_stopping_does_not_wait_for_open_sessions(server: EmbeddedServer) -> None:
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        connection.execute("SELECT 1")
        assert server.stop() is True
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_committed_data_survives_a_killed_main_process(place: Path) -> None:
    server = EmbeddedServer(directory=place / "killed")
    try:
        server.ensure_running()
        _remember(server, "committed")
        killed = server.status().pid
        assert killed is not None
        session = psycopg.connect(server.url)
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: server.status().state is ServerState.STOPPED)
        assert server.ensure_running() is True
        session.close()
        assert server.status().pid != killed
        assert _remembered(server) == ["committed"]
    finally:
        server.destroy()


def test_concurrent_starts_end_with_one_server(place: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from seamline.embedded import EmbeddedServer;"
        "server = EmbeddedServer(directory=Path(sys.argv[1]));"
        "print(server.ensure_running(), server.status().pid, server.url)"
    )
    server = EmbeddedServer(directory=place / "postgres")
    try:
        command = [sys.executable, "-c", script, str(server.directory)]
        starters = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
        answers = [starter.communicate()[0].split() for starter in starters]
        assert sorted(started for started, _, _ in answers) == ["False", "False", "True"]
        assert {(pid, url) for _, pid, url in answers} == {(str(server.status().pid), server.url)}
    finally:
        server.destroy()


def test_taken_port_is_left_alone_and_another_chosen(server: EmbeddedServer) -> None:
    server.ensure_running()
    _remember(server, "moved")
    port = server.status().port
    server.stop()
    with socket.create_server(("127.0.0.1", port or 0)):
        server.ensure_running()
        assert server.status().port != port
        assert _remembered(server) == ["moved"]


def test_fast_server_ends_with_the_process_that_started_it(place: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from seamline.embedded import EmbeddedServer;"
        "server = EmbeddedServer(directory=Path(sys.argv[1]), fast=True); server.ensure_running();"
        "print(server.status().pid, flush=True); sys.stdin.read()"
    )
    server = EmbeddedServer(directory=place / "postgres")
    starter = subprocess.Popen(
        [sys.executable, "-c", script, str(server.directory)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    data = (server.directory / "data").resolve()
    assert server.status().pid == pid
    starter.kill()
    starter.communicate()
    wait_until(lambda: not data.exists())
    assert server.status().state is ServerState.ABSENT


def test_destroyed_server_leaves_nothing(server: EmbeddedServer) -> None:
    server.ensure_running()
    pid, data = server.status().pid, (server.directory / "data").resolve()
    server.destroy()
    assert not server.directory.exists()
    assert not data.exists()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    server.destroy()


def test_server_that_never_ran_has_no_url(place: Path) -> None:
    assert server_url(place) is None
    with pytest.raises(EmbeddedServerError, match="make run"):
        _ = default_server(place).url
    assert list(place.iterdir()) == []


def test_url_is_known_without_starting_anything(place: Path) -> None:
    server = EmbeddedServer(directory=place / ".seamline" / "postgres", fast=True)
    try:
        server.ensure_running()
        server.stop()
        assert server_url(place) == server.url
        assert server.status().state is ServerState.STOPPED
    finally:
        server.destroy()


def test_path_with_spaces_and_of_great_length_is_served(place: Path) -> None:
    server = EmbeddedServer(directory=place / ("deep and long " * 9) / "it's postgres", fast=True)
    try:
        server.ensure_running()
        _remember(server, "found")
        assert _remembered(server) == ["found"]
    finally:
        server.destroy()
