"""What ``manage.py`` does about the database before it runs a command, and what it says about a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seamline.embedded import EmbeddedServer, EmbeddedServerError, ServerState, default_server, external
from seamline.embedded.external import WrongAddress, check_external
from seamline.embedded.startup import database_for_command


@pytest.fixture
def project(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The top directory of a project without a server."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("RUN_MAIN", raising=False)
    yield place
    default_server(place).destroy()


def _state(project: Path) -> ServerState:
    return default_server(project).status().state


@pytest.mark.parametrize("words", [[], ["help"], ["check"], ["up", "--help"], ["runserver", "-h"], ["--version"]])
def test_commands_without_a_database_start_nothing(project: Path, words: list[str]) -> None:
    with database_for_command(["manage.py", *words], root=project):
        assert _state(project) is ServerState.ABSENT


def test_command_that_needs_a_database_asks_for_preparation_first(
    project: Path, one_line: Callable[[object], str]
) -> None:
    command = database_for_command(["manage.py", "runserver"], root=project)
    with pytest.raises(EmbeddedServerError, match="make run") as raised, command:
        pass
    assert one_line(raised.value).startswith("'runserver' needs the database")


def test_up_stops_the_server_that_it_started_and_others_leave_it(project: Path) -> None:
    with database_for_command(["manage.py", "up"], root=project):
        assert _state(project) is ServerState.RUNNING
    assert _state(project) is ServerState.STOPPED
    with database_for_command(["manage.py", "runserver"], root=project):
        assert _state(project) is ServerState.RUNNING
    assert _state(project) is ServerState.RUNNING
    with database_for_command(["manage.py", "up"], root=project):
        pass
    assert _state(project) is ServerState.RUNNING


def test_up_stops_its_server_when_it_is_interrupted(project: Path) -> None:
    with pytest.raises(KeyboardInterrupt), database_for_command(["manage.py", "up"], root=project):
        raise KeyboardInterrupt
    assert _state(project) is ServerState.STOPPED


def test_child_of_the_reloader_starts_no_second_server(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_MAIN", "true")
    with database_for_command(["manage.py", "runserver"], root=project):
        assert _state(project) is ServerState.ABSENT


def test_named_server_is_used_instead_of_the_embedded_one(
    project: Path, server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.ensure_running()
    monkeypatch.setenv("DATABASE_URL", server.url)
    with database_for_command(["manage.py", "up"], root=project):
        assert _state(project) is ServerState.ABSENT
    assert server.status().state is ServerState.RUNNING


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://root@localhost/shop", "begins with 'mysql'"),
        ("shop", "begins with 'shop'"),
        ("postgresql://user@localhost", "names no database"),
        ("postgresql://user@localhost/shop?nonsense=1", "cannot be read"),
    ],
)
def test_wrong_url_is_a_usage_error_that_shows_a_right_one(
    url: str, complaint: str, one_line: Callable[[object], str]
) -> None:
    with pytest.raises(WrongAddress, match=complaint) as raised:
        check_external(url)
    assert external.EXAMPLE in one_line(raised.value)


def test_server_that_does_not_answer_is_named(one_line: Callable[[object], str]) -> None:
    with pytest.raises(EmbeddedServerError, match=r"127\.0\.0\.1:1 cannot be reached") as raised:
        check_external("postgresql://user:secret@127.0.0.1:1/shop")
    assert "secret" not in one_line(raised.value)


def test_what_the_server_refuses_is_told_apart(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, one_line: Callable[[object], str]
) -> None:
    server.ensure_running()
    good = server.url
    password = good.partition("seamline_admin:")[2].partition("@")[0]
    check_external(good)
    with pytest.raises(EmbeddedServerError, match="refuses the user 'seamline_admin' or its password") as raised:
        check_external(good.replace(password, "guessed"))
    one_line(raised.value)
    with pytest.raises(EmbeddedServerError, match=r"has no database 'missing'.*createdb missing") as raised:
        check_external(good.removesuffix("/seamline") + "/missing")
    one_line(raised.value)
    monkeypatch.setattr(external, "OLDEST_MAJOR", 99)
    with pytest.raises(EmbeddedServerError, match="99 or newer is needed") as raised:
        check_external(good)
    one_line(raised.value)
