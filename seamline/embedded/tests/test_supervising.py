"""Processes beside the web server: started again when they die, ended with the block."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from seamline.embedded import ServerState
from seamline.embedded.supervising import Program, supervised
from seamline.embedded.valkey import EmbeddedValkey
from seamline.testing import wait_until

SCRIPT = 'echo $$ >> "$1"; exec sleep 60'


def writing(file: Path, script: str = SCRIPT) -> list[str]:
    return ["/bin/sh", "-c", script, "sh", str(file)]


def numbers(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_process_that_dies_is_started_again_and_all_end_with_the_block(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with supervised({file.name: Program(command=writing(file)) for file in (first, second)}):
        wait_until(lambda: numbers(first) and numbers(second))
        os.kill(numbers(first)[0], signal.SIGKILL)
        wait_until(lambda: len(numbers(first)) == 2)
        assert len(numbers(second)) == 1
    assert not any(lives(pid) for pid in (*numbers(first), *numbers(second)))
    assert "first ended with -9" in capfd.readouterr().err


def test_all_end_when_the_block_fails(tmp_path: Path) -> None:
    file = tmp_path / "only"
    with pytest.raises(ZeroDivisionError), supervised({"only": Program(command=writing(file))}):
        wait_until(lambda: numbers(file))
        raise ZeroDivisionError
    assert not lives(numbers(file)[0])


def test_stages_end_in_order_and_each_has_its_own_environment(tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    script = 'trap \'sleep 0.1; echo $NUMBER >> "$1"; exit 0\' TERM; echo $$ >> "$1.begun"; while :; do sleep 0.1; done'
    programs = {
        name: Program(command=writing(ends, script), environment={"NUMBER": str(stage)}, stage=stage)
        for name, stage in (("callee", 2), ("caller", 0), ("between", 1))
    }
    with supervised(programs):
        wait_until(lambda: len(numbers(ends.with_name("ends.begun"))) == 3)
    assert numbers(ends) == [0, 1, 2]


def test_what_a_dead_process_left_running_is_ended_before_it_is_started_again(tmp_path: Path) -> None:
    file = tmp_path / "leader"
    script = 'sleep 61 & echo $! >> "$1.worker"; echo $$ >> "$1"; wait'
    with supervised({"leader": Program(command=writing(file, script))}):
        wait_until(lambda: numbers(file))
        (worker,) = numbers(file.with_name("leader.worker"))
        os.kill(numbers(file)[0], signal.SIGKILL)
        wait_until(lambda: len(numbers(file)) == 2)
        wait_until(lambda: not lives(worker), what="the end of the worker")


def test_an_embedded_server_that_dies_is_started_again_and_outlives_the_block(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server = EmbeddedValkey(directory=tmp_path / "valkey")
    server.ensure_running()
    try:
        before = server.status()
        with supervised({}, servers={"The broker": EmbeddedValkey(directory=server.directory)}):
            assert server.kill() is True
            wait_until(lambda: "The broker had ended" in capfd.readouterr().err)
        after = server.status()
        assert (after.state, after.port) == (ServerState.RUNNING, before.port)
        assert after.pid != before.pid
    finally:
        server.destroy()
