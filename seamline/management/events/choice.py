"""The filters that ``parked``, ``redrive`` and ``discard`` share, and how they print what was chosen."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser

from seamline.events import ParkedEvent
from seamline.management.events.output import Output


def add_filters(parser: CommandParser) -> None:
    """Which parked events."""
    parser.add_argument("--subscription", metavar="NAME", help="only this subscription")
    parser.add_argument("--publisher", metavar="MODULE", help="only events of this module")
    parser.add_argument("--key", help="only events with this key, such as an order's id")
    parser.add_argument("--event-id", type=UUID, metavar="UUID", help="only this event")


def chosen(options: dict[str, Any]) -> dict[str, Any]:
    """The filters for ``seamline.events.parking``."""
    return {name: options[name] for name in ("subscription", "publisher", "key", "event_id")}


def show(events: tuple[ParkedEvent, ...], output: Output, *, with_traceback: bool = False) -> None:
    """One line for each."""
    output.json({"events": events})
    for event in events:
        output.line(
            f"{event.subscription} {event.event_id} {event.name} key={event.key} {event.status} after "
            f"{event.attempts} attempts, {event.behind} behind: {event.error or event.reason or '-'}"
        )
        if with_traceback:
            output.line(event.traceback)
    output.line(f"{len(events)} events")
