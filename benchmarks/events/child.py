"""Processes of contenders, driven over their standard input: a line is a command, ``done`` is the answer.

Both ends live here. Imports nothing but Python: a contender's process may belong to another environment.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
PATIENCE = 600.0


def serve(**commands: Callable[..., None]) -> None:
    """In the contender's process: say that it is ready, obey commands until the input ends."""
    answer("ready")
    for line in sys.stdin:
        name, *arguments = line.split()
        commands[name](*map(int, arguments))
        answer("done")


def answer(line: str) -> None:
    """To the process that started this one."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def paced(publish: Callable[[int], None], first: int, count: int, rate: int) -> None:
    """Publish at so many a second, each at its own moment whatever the one before took."""
    start = time.monotonic()
    for index in range(count):
        # A prime stride over the period, so that no poll of a contender falls into step with it.
        moment = start + (index + (index * 37 % 101) / 101) / rate
        time.sleep(max(0.0, moment - time.monotonic()))
        publish(first + index)


class Child:
    """A contender's process. It ends with the block, killed if it does not go.

    :param obeys: it reads commands, so the end of its input ends it; otherwise it is told by SIGTERM.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        environment: Mapping[str, str],
        python: str = sys.executable,
        obeys: bool = True,
    ) -> None:
        self._process = subprocess.Popen(
            [python, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=HERE.parents[1],
            env={**os.environ, **environment},
        )
        self._obeys = obeys
        self.name = " ".join(arguments)
        self.pid = self._process.pid
        self._lines: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, *words: object) -> None:
        """Give a command."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()

    def wait(self, line: str = "done", *, timeout: float = PATIENCE) -> None:
        """Wait for the answer.

        :raises RuntimeError: the process ended, or took too long.
        """
        end = time.monotonic() + timeout
        while True:
            try:
                got = self._lines.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise RuntimeError(f"{self.name} did not say {line!r} in {timeout:.0f} s.") from None
            if got is None:
                raise RuntimeError(f"{self.name} ended with {self._process.wait()} before it said {line!r}.")
            if got == line:
                return

    def stop(self) -> None:
        """End its input, or ask, then kill."""
        with contextlib.suppress(BrokenPipeError):
            assert self._process.stdin is not None
            self._process.stdin.close()
        if not self._obeys:
            self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.strip())
        self._lines.put(None)
