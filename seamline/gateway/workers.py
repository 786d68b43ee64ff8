"""The processes of a gateway with several workers: one that dies is started again, and all end together.

Where workers die as soon as they start, everything ends with their exit status, so that whoever started the gateway
sees it. This file may not know what a worker does.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

SOON = 5.0
"""Seconds; a worker that lived shorter could not serve."""
MOST_FAILURES = 3
"""Workers in a row that could not serve."""
LOOK = 0.2


class Workers:
    """One process for each command, kept running.

    :param commands: one each, with its arguments.
    :param descriptors: of files that they inherit.
    """

    def __init__(self, commands: Sequence[Sequence[str]], *, descriptors: Sequence[int] = ()) -> None:
        self._commands = tuple(tuple(command) for command in commands)
        self._descriptors = tuple(descriptors)
        self._running: list[subprocess.Popen[bytes]] = []
        self._since = [0.0] * len(self._commands)
        self._ending = False

    def run(self) -> int:
        """Keep them running until a signal ends this process, or they cannot serve; the exit status."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._running = [self._start(place) for place in range(len(self._commands))]
        failures = 0
        try:
            while not self._ending:
                for place, worker in enumerate(self._running):
                    code = worker.poll()
                    if code is None or self._ending:
                        continue
                    failures = failures + 1 if time.monotonic() - self._since[place] < SOON else 0
                    if failures >= MOST_FAILURES:
                        return code if code > 0 else 1
                    sys.stderr.write(f"A worker of the gateway ended with {code}; it is started again.\n")
                    self._running[place] = self._start(place)
                time.sleep(LOOK)
            self._terminate()  # also what was being started when the signal came
            return max(0, *(worker.wait() for worker in self._running))  # below zero: ended by the signal
        finally:
            self._terminate()
            for worker in self._running:
                worker.wait()

    def _start(self, place: int) -> subprocess.Popen[bytes]:
        self._since[place] = time.monotonic()
        return subprocess.Popen(self._commands[place], pass_fds=self._descriptors, env=dict(os.environ))

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._ending = True
        self._terminate()

    def _terminate(self) -> None:
        for worker in self._running:
            if worker.poll() is None:
                worker.terminate()
