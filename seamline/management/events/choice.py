"""The filters that ``parked``, ``redrive`` and ``discard`` share, and how they count, ask and answer."""

from __future__ import annotations

import argparse
import getpass
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from seamline.calls import acting_as
from seamline.events import ParkedGroup, ParkedStatus
from seamline.management.events.output import Output

FILTERS = ("subscription", "publisher", "key", "event_id", "name", "error")
MOST_GROUPS = 20
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def add_filters(parser: CommandParser, *, statuses: Iterable[ParkedStatus]) -> None:
    """Which parked events; each filter that is given must hold."""
    parser.add_argument("--subscription", metavar="NAME", help="only this subscription")
    parser.add_argument("--publisher", metavar="MODULE", help="only events of this module")
    parser.add_argument("--key", help="only events with this key, such as an order's id")
    parser.add_argument("--event-id", type=UUID, metavar="UUID", help="only this event")
    parser.add_argument("--name", metavar="EVENT", help="only events of this name, such as orders.order_placed")
    parser.add_argument("--error", metavar="TEXT", help="only where the last error contains this")
    parser.add_argument("--older-than", type=_age, metavar="AGE", help="only what failed first so long ago: 90s, 3d")
    parser.add_argument(
        "--status",
        action="append",
        choices=[status.value for status in statuses],
        help="only events that stand so; can be repeated (default: parked and retrying)",
    )


def add_change(parser: CommandParser) -> None:
    """What ``redrive`` and ``discard`` share beyond the filters."""
    parser.add_argument("--dry-run", action="store_true", help="only count, by subscription and error")
    parser.add_argument("--no-input", action="store_true", help="do not ask before")


def chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The filters that were given, for ``seamline.events``."""
    choice = {name: options[name] for name in FILTERS if options[name] is not None}
    if options["older_than"] is not None:
        choice["failed_before"] = datetime.now(UTC) - options["older_than"]
    if options["status"]:
        choice["statuses"] = tuple(ParkedStatus(value) for value in options["status"])
    return choice


def change(act: Callable[..., tuple[ParkedGroup, ...]], *, verb: str, options: dict[str, Any], output: Output) -> bool:
    """Count what was chosen, ask, do it in the name of whoever runs the command, and print what came of it.

    :returns: whether there was nothing to do.
    :raises CommandError: neither a filter nor, where the action has it, ``--all`` was given (exit status 2).
    """
    choice = chosen(options)
    if not choice.keys() - {"statuses"} and not options.get("all"):
        instead = ", or --all" if "all" in options else ""
        raise CommandError(f"Say which events to {verb}: give a filter such as --subscription{instead}.", returncode=2)
    groups = act(**choice, reason=options["reason"], dry_run=True)
    done = False
    if not options["dry_run"] and groups:
        if not options["no_input"]:
            show_groups(groups, output.progress)
        done = output.confirm(f"{verb.capitalize()} {_events(groups)}?", no_input=options["no_input"])
        if done:
            with acting_as(f"operator:{getpass.getuser()}"):
                groups = act(**choice, reason=options["reason"])
    output.json({"groups": groups, "events": sum(group.events for group in groups), "changed": done})
    if done or options["dry_run"] or not groups:
        show_groups(groups, output.line)
    if not done:
        output.line("Nothing was changed.")
    return not groups


def show_groups(groups: tuple[ParkedGroup, ...], line: Callable[[str], None]) -> None:
    """How many of each kind, at most ``MOST_GROUPS`` lines, and the sum."""
    for group in groups[:MOST_GROUPS]:
        since = f", since {group.failing_since:%Y-%m-%d %H:%M:%S} UTC" if group.failing_since else ""
        line(f"{group.events:6} {group.subscription} <- {group.publisher}: {group.error or '-'}{since}")
    if len(groups) > MOST_GROUPS:
        line(f"       {len(groups) - MOST_GROUPS} more kinds of errors")
    line(_events(groups) + _behind(groups))


def _events(groups: tuple[ParkedGroup, ...]) -> str:
    count = sum(group.events for group in groups)
    return "1 event" if count == 1 else f"{count} events"


def _behind(groups: tuple[ParkedGroup, ...]) -> str:
    count = sum(group.behind for group in groups)
    return f", {count} wait behind" if count else ""


def _age(text: str) -> timedelta:
    match = re.fullmatch(r"(\d{1,9})([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no age: give a number and s, m, h or d, such as 90s or 3d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
