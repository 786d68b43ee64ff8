"""Shows how far a long piece of work is, on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress

SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """What the importer tells while it works."""

    def begin(self, title: str, total: int | None) -> None:
        """A new stage begins.

        :param total: how much there is to do; None where nobody knows.
        """

    def advance(self, done: int) -> None:
        """So much more of the stage is done."""


class Silent:
    """Shows nothing."""

    def begin(self, title: str, total: int | None) -> None:
        pass

    def advance(self, done: int) -> None:
        pass


class Lines:
    """A line when a stage begins, one every few seconds, and one when it has ended."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._title = ""
        self._total: int | None = None
        self._done = 0
        self._began = self._said = time.monotonic()

    def begin(self, title: str, total: int | None) -> None:
        self.end()
        self._title, self._total, self._done = title, total, 0
        self._began = self._said = time.monotonic()

    def advance(self, done: int) -> None:
        self._done += done
        if time.monotonic() - self._said >= SECONDS_BETWEEN_LINES:
            self._said = time.monotonic()
            self._say()

    def end(self) -> None:
        """Say how the last stage went."""
        if self._title:
            self._say()
            self._title = ""

    def _say(self) -> None:
        seconds = max(time.monotonic() - self._began, 0.001)
        of = "" if self._total is None else f" of {self._total:,}"
        print(
            f"{self._title}: {self._done:,}{of} ({seconds:.1f} s, {self._done / seconds:,.0f}/s)",
            file=self._stream,
            flush=True,
        )


class Bars:
    """A bar for each stage, with rate and remaining time."""

    def __init__(self, stream: TextIO) -> None:
        columns = (
            TextColumn("{task.description:<12}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bars = RichProgress(*columns, console=Console(file=stream))
        self._task: TaskID | None = None
        self._done = 0
        self._began = time.monotonic()

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._end()
        self._bars.stop()

    def begin(self, title: str, total: int | None) -> None:
        self._end()
        self._task = self._bars.add_task(title, total=total, rate="")
        self._done, self._began = 0, time.monotonic()

    def advance(self, done: int) -> None:
        if self._task is not None:
            self._done += done
            rate = self._done / max(time.monotonic() - self._began, 0.001)
            self._bars.update(self._task, advance=done, rate=f"{rate:,.0f}/s")

    def _end(self) -> None:
        """What nobody knew the size of is as large as it turned out to be."""
        if self._task is not None:
            self._bars.update(self._task, total=max(self._done, 1), completed=max(self._done, 1))
            self._bars.stop_task(self._task)


@contextmanager
def shown_progress(stream: TextIO | None = None) -> Iterator[Progress]:
    """Progress that fits the stream: a bar with rate and remaining time on a terminal, else lines.

    :param stream: stderr where none is given.
    """
    stream = stream or sys.stderr
    if not stream.isatty():
        lines = Lines(stream)
        try:
            yield lines
        finally:
            lines.end()
        return
    with Bars(stream) as bars:
        yield bars
