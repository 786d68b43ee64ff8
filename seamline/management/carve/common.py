"""What the actions share: whose module, how progress is shown, who acts. No action may print otherwise."""

from __future__ import annotations

import getpass
import sys
import time
from typing import Any

from django.core.management.base import CommandParser

from seamline.carve.carving import Carving
from seamline.carve.move.fencing import Stall
from seamline.carve.move.following import Copying
from seamline.management.events.output import Output
from seamline.modules import module_named

EVERY = 1.0
"""Seconds between two lines of progress where no terminal shows a bar."""


def add_module(parser: CommandParser) -> None:
    """Which module."""
    parser.add_argument("module", metavar="MODULE", help="its name, such as 'orders'")


def add_consent(parser: CommandParser) -> None:
    """Whether to ask, or to change anything."""
    parser.add_argument("--no-input", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="only say what it would do")


def add_patience(parser: CommandParser) -> None:
    """What to do about sessions that block the fence."""
    parser.add_argument(
        "--end-idle-after",
        type=float,
        metavar="SECONDS",
        help="end sessions that sit in a transaction for longer, rather than giving up because of them",
    )


def carving_of(options: dict[str, Any], output: Output) -> Carving:
    """The module's.

    :raises LookupError: this process does not host it.
    """
    module_named(options["module"])
    return Carving(module=options["module"], say=output.progress)


def actor() -> str:
    """Who sits at the terminal, for the audit."""
    return f"operator:{getpass.getuser()}"


class Bar:
    """Progress of a copy on stderr: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, output: Output) -> None:
        self._output = output
        self._last = 0.0

    def __call__(self, copying: Copying) -> None:
        now = time.monotonic()
        finished = copying.ready == copying.tables
        if now - self._last < (0.2 if sys.stderr.isatty() else EVERY) and not finished:
            return
        self._last = now
        share = min(1.0, copying.rows / copying.rows_expected) if copying.rows_expected else 1.0
        left = copying.seconds_left
        text = (
            f"[{'#' * int(share * 30):<30}] {share:4.0%}  {copying.ready}/{copying.tables} tables  "
            f"{copying.rows:,} of about {copying.rows_expected:,} rows  {copying.rows_per_second:,.0f} rows/s"
            + (f"  {left:.0f} s left" if left and not finished else "")
        )
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{text}" + ("\n" if finished else ""))
            sys.stderr.flush()
        else:
            self._output.progress(text)


def stall_text(stall: Stall) -> str:
    """A stall, for people."""
    return (
        f"writers waited {stall.total * 1000:.1f} ms (locks {stall.locking * 1000:.1f}, last rows "
        f"{stall.arriving * 1000:.1f}, flip {stall.flipping * 1000:.1f}) in attempt {stall.attempts}"
    )
