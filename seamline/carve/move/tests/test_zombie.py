"""Two writers never: a process that slept through a cutover can neither write to the old schema nor answer from it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seamline.carve.move import cutover
from seamline.carve.move.errors import FenceFailed
from seamline.carve.move.servers import Move, Server


class Sleeper:
    """The process, and its answers."""

    def __init__(self, move: Move) -> None:
        told = {"source": move.source.url, "target": move.target.url, "secret": move.secret}
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("sleeper.py")), json.dumps(told)],
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[4])},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, word: str) -> str:
        """Its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED)

    def wake(self) -> None:
        self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def sleeper(move: Move) -> Iterator[Sleeper]:
    started = Sleeper(move)
    yield started
    started.end()


def things(move: Move, server: Server, condition: str = "true") -> int:
    with server.connect(module=move.module) as connection:
        row = connection.execute(f"SELECT count(*) FROM moved.thing WHERE {condition}").fetchone()
    assert row is not None
    return int(row[0])


def test_process_that_sleeps_through_a_cutover_reads_and_writes_where_the_data_are(
    move: Move, sleeper: Sleeper
) -> None:
    cutover.prepare(move)
    before = sleeper.ask("write")
    sleeper.freeze()
    cutover.cut_over(move)
    with move.target.connect(module=move.module) as target:
        target.execute("DELETE FROM moved.log; DELETE FROM moved.thing WHERE token LIKE 'old %'")
    sleeper.wake()
    assert sleeper.ask("count") == "1", "it has answered from the old schema"
    after = sleeper.ask("write")
    assert things(move, move.target, f"token IN ('{before}', '{after}')") == 2


def test_process_that_sleeps_through_a_cutover_and_the_end_of_the_old_schema_finds_the_data(
    move: Move, sleeper: Sleeper
) -> None:
    cutover.prepare(move)
    sleeper.ask("write")
    sleeper.freeze()
    cutover.cut_over(move)
    cutover.finalise(move)
    sleeper.wake()
    token = sleeper.ask("write")
    assert things(move, move.target, f"token = '{token}'") == 1


def test_process_that_sleeps_there_and_back_writes_at_home(move: Move, sleeper: Sleeper) -> None:
    cutover.prepare(move)
    sleeper.ask("write")
    cutover.cut_over(move)
    sleeper.ask("write")
    sleeper.freeze()
    cutover.cut_over(move.reversed())
    sleeper.wake()
    token = sleeper.ask("write")
    assert things(move, move.source, f"token = '{token}'") == 1
    assert sleeper.ask("count") == "503"


def test_process_that_sleeps_inside_a_transaction_delays_the_cutover_until_it_is_ended(
    move: Move, sleeper: Sleeper
) -> None:
    cutover.prepare(move)
    assert sleeper.ask("hold") == "open"
    sleeper.freeze()
    with pytest.raises(FenceFailed, match="is in a transaction for"):
        cutover.cut_over(move, attempts=2)
    assert not cutover.standing(move).flipped
    cutover.cut_over(move, end_idle_after=0.1)
    sleeper.wake()
    assert sleeper.ask("commit").startswith("error"), "what it wrote was acknowledged"
    assert things(move, move.source) == things(move, move.target) == 500
    token = sleeper.ask("write")
    assert things(move, move.target, f"token = '{token}'") == 1
