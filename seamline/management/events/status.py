"""``manage.py events status``: how far behind each subscription is, what failed, and what holds a log back."""

from __future__ import annotations

import argparse
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error
from rich.console import Group
from rich.live import Live
from rich.text import Text

from seamline.data import release_connections
from seamline.management.events.output import Output
from seamline.management.events.table import lag_table
from seamline.metrics import EventState, event_state

LONGEST_PAUSE = 3600.0
NAME = "status"
HELP = "lag, rate, retries and parked events of each subscription, and what holds a log back"
EPILOG = """\
examples:
  manage.py events status                  how far behind each subscription is
  manage.py events status --partitions     the same for each partition
  manage.py events status --watch          again every 2 seconds, until Ctrl-C
  manage.py events status --format json    for programs; the same as GET /api/v1/operations/events

A number of events behind that begins with ~ is an estimate. The log of a publisher is held back by transactions that
have written events and are still open: the last lines name them.

exit status: 0 all well; 1 events are parked.
"""


def add_arguments(parser: CommandParser) -> None:
    """How to show it."""
    parser.add_argument("--partitions", action="store_true", help="a line for each partition, with who delivers it")
    parser.add_argument(
        "--watch", nargs="?", type=_seconds, const=2.0, metavar="SECONDS", help="refresh so often (default: 2)"
    )


def run(options: dict[str, Any], output: Output) -> bool:
    """Print it; parked events are findings."""
    if options["watch"] is not None:
        if output.as_json:
            raise CommandError("--watch shows a table: leave out --format json.", returncode=2)
        return _watch(options, output)
    state = event_state()
    output.json(state)
    output.rich(_view(state, options))
    return _has_findings(state)


def _watch(options: dict[str, Any], output: Output) -> bool:
    state = event_state()
    with Live(_view(state, options), console=output.console, auto_refresh=False, screen=False) as live:
        try:
            while True:
                release_connections()
                time.sleep(options["watch"])
                try:
                    state = event_state()
                except Error as error:
                    live.update(Text(f"The state cannot be read at the moment: {error}", style="red"), refresh=True)
                else:
                    live.update(_view(state, options), refresh=True)
        except KeyboardInterrupt:
            pass
    return _has_findings(state)


def _view(state: EventState, options: dict[str, Any]) -> Group:
    lags = state.partitions if options["partitions"] else state.subscriptions
    held = [Text(f"{writer.text}; readers wait for it", style="yellow") for writer in state.open_writers]
    parked = sum(each.parked for each in state.subscriptions)
    advice = [Text(f"{parked} parked: see manage.py events parked --summary", style="red")] if parked else []
    return Group(lag_table(lags, by_partition=options["partitions"]), *held, *advice)


def _has_findings(state: EventState) -> bool:
    return any(each.parked for each in state.subscriptions)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= LONGEST_PAUSE:
        raise argparse.ArgumentTypeError(f"{text!r} is no pause: give seconds from 0.1 to {LONGEST_PAUSE:g}.")
    return seconds
