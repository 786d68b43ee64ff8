"""``manage.py events parked``: which events were put aside, why, and everything about one of them."""

from __future__ import annotations

import argparse
from typing import Any

from django.core.management.base import CommandParser

from seamline.events import ParkedEvent, ParkedStatus, parked, parked_groups
from seamline.events.parked_event import FAILED
from seamline.management.events.choice import add_filters, chosen, show_groups
from seamline.management.events.inspection import facts, show
from seamline.management.events.output import Output

LONGEST_LIST = 10_000
NAME = "parked"
HELP = "events that were put aside: which, why, and what waits behind them"
EPILOG = """\
examples:
  manage.py events parked                                   failed events, and why they failed
  manage.py events parked --summary                         how many, by subscription and error
  manage.py events parked --event-id 0198c3... --traceback  all about one: payload, history, what waits behind it
  manage.py events parked --error "connection refused" --older-than 2h
  manage.py events parked --status discarded --format json  what was given up, by whom, and why

Payloads are shown for --event-id alone. They can hold personal data.
"""


def add_arguments(parser: CommandParser) -> None:
    """Filters and detail."""
    add_filters(parser, statuses=ParkedStatus)
    parser.add_argument("--all", action="store_true", help="also those waiting behind others, and discarded ones")
    parser.add_argument("--summary", action="store_true", help="only count, by subscription and error")
    parser.add_argument("--traceback", action="store_true", help="print the traceback of each last failure")
    parser.add_argument("--limit", type=_limit, default=50, metavar="N", help="at most so many (default: %(default)s)")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print them; none of it is a finding, for they were asked for."""
    choice = chosen(options)
    choice.setdefault("statuses", tuple(ParkedStatus) if options["all"] else FAILED)
    groups = parked_groups(**choice)
    total = sum(group.events for group in groups)
    if options["summary"]:
        output.json({"groups": groups, "total": total})
        show_groups(groups, output.line)
        return False
    events = parked(**choice, limit=options["limit"])
    details = [facts(event) for event in events] if options["event_id"] else []
    output.json({"events": details or events, "total": total})
    for event in () if details else events:
        output.line(_line(event))
        if options["traceback"]:
            output.line(event.traceback)
    for detail in details:
        show(detail, output, with_traceback=options["traceback"])
    more = f"; {total - len(events)} more, see --limit and --summary" if total > len(events) else ""
    output.line(f"{len(events)} {'event' if len(events) == 1 else 'events'}{more}")
    return False


def _line(event: ParkedEvent) -> str:
    parts = [f"{event.subscription} {event.event_id} {event.name} key={event.key} {event.status}"]
    parts += [f"after {event.attempts} attempts"] if event.attempts else []
    parts += [f"since {event.first_failed_at:%Y-%m-%d %H:%M:%S} UTC"] if event.first_failed_at else []
    parts += [f"{event.behind} behind"] if event.behind and event.status in FAILED else []
    parts += [f"by {event.actor} ({event.reason or 'no reason given'})"] if event.actor else []
    return ", ".join(parts) + (f": {event.error}" if event.error else "")


def _limit(text: str) -> int:
    if text.isdecimal() and 1 <= (count := int(text)) <= LONGEST_LIST:
        return count
    raise argparse.ArgumentTypeError(f"{text!r} is no number of events: give a whole number from 1 to {LONGEST_LIST}.")
