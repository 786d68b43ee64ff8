"""What all actions of ``manage.py events`` share: how they print, and how they ask. No action may print otherwise.

In JSON nothing but one document goes to stdout; whatever is said on the way goes to stderr.
"""

from __future__ import annotations

import sys
from typing import IO, Any, Protocol, cast

import msgspec
from django.core.management.base import CommandError, CommandParser, OutputWrapper
from rich.console import Console, RenderableType

PIPE_WIDTH = 200
"""Columns of a table that no terminal shows."""


class Output:
    """Where an action prints."""

    def __init__(self, *, stdout: OutputWrapper, stderr: OutputWrapper, as_json: bool) -> None:
        self.as_json = as_json
        self.stdout = stdout
        self._stderr = stderr

    def line(self, text: str = "") -> None:
        """A line of the result for people; nothing in JSON."""
        if not self.as_json:
            self.stdout.write(text)

    def rich(self, view: RenderableType) -> None:
        """Part of the result for people that is more than a line; nothing in JSON."""
        if not self.as_json:
            self.console.print(view)

    @property
    def console(self) -> Console:
        """A console on stdout: as wide as the terminal, and without colours where there is none."""
        width = None if self.stdout.isatty() else PIPE_WIDTH
        return Console(file=cast(IO[str], self.stdout), width=width, highlight=False, soft_wrap=False)

    def json(self, value: Any) -> None:
        """The result for programs; nothing in text. Dataclasses, times and UUIDs are turned into plain JSON."""
        if self.as_json:
            self.stdout.write(msgspec.json.format(msgspec.json.encode(value)).decode())

    def progress(self, text: str) -> None:
        """A line about what is going on, in either format; never part of the result."""
        self._stderr.write(text, style_func=str)

    def confirm(self, question: str, *, no_input: bool) -> bool:
        """Ask the person at the terminal; yes without asking where ``--no-input`` was given.

        :raises CommandError: there is no terminal to ask at (exit status 2).
        """
        if no_input:
            return True
        if not sys.stdin.isatty():
            raise CommandError(f"{question} There is no terminal to ask at: give --no-input to go on.", returncode=2)
        self._stderr.write(f"{question} [y/N] ", style_func=str, ending="")
        self._stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")


class Action(Protocol):
    """What a file in this directory gives. ``EPILOG`` shows examples."""

    NAME: str
    HELP: str
    EPILOG: str

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare its arguments; ``--format`` is there already."""

    def run(self, options: dict[str, Any], output: Output) -> bool:
        """Do it.

        :returns: whether there are findings, that is exit status 1.
        :raises LookupError: something named does not exist (exit status 1).
        :raises ValueError: it cannot be done so (exit status 1).
        :raises CommandError: with the exit status that it says.
        """
