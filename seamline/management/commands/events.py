"""``manage.py events``: the state of all subscriptions, and what operators do with parked events."""

from __future__ import annotations

import argparse
import dataclasses
from typing import Any
from uuid import UUID

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.events import ParkedEvent, ParkedStatus, discard, lag, open_writers, parked, redrive

EPILOG = """\
examples:
  manage.py events status                                  how far behind each subscription is
  manage.py events parked                                  failed events, what they wait for, why they failed
  manage.py events parked --all --format json              also those that wait behind, and discarded ones
  manage.py events redrive --key 0198... --dry-run         what would be tried again
  manage.py events redrive --subscription inventory.release_on_cancel
  manage.py events discard inventory.release_on_cancel 0198c3... --reason "test order of 3 May"

exit status: 0 all well; 1 'status' found parked events, or 'redrive' or 'discard' nothing to act on; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: everything is in ``seamline.events``."""

    help = (
        "Show and steer the delivery of events. A failing event is retried with growing delays, then parked; later "
        "events of its key wait behind it, all others flow on. Redriving tries it again, discarding gives it up; then "
        "what waits follows in order."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        output = CommandParser(add_help=False)
        output.add_argument("--format", choices=("text", "json"), default="text", help="json is stable, for programs")
        choice = CommandParser(add_help=False)
        choice.add_argument("--subscription", metavar="NAME", help="only this subscription")
        choice.add_argument("--publisher", metavar="MODULE", help="only events of this module")
        choice.add_argument("--key", help="only events with this key, such as an order's id")
        choice.add_argument("--event-id", type=UUID, metavar="UUID", help="only this event")
        commands.add_parser("status", parents=[output], help="lag, retries and parked events of each subscription")
        listed = commands.add_parser("parked", parents=[output, choice], help="events that were put aside")
        listed.add_argument("--all", action="store_true", help="also those waiting behind others, and discarded ones")
        listed.add_argument("--traceback", action="store_true", help="print the traceback of each last failure")
        again = commands.add_parser("redrive", parents=[output, choice], help="try failed events again")
        again.add_argument("--dry-run", action="store_true", help="only say which")
        ended = commands.add_parser("discard", parents=[output], help="give one failed event up, with a reason")
        ended.add_argument("subscription", help="the subscription that failed")
        ended.add_argument("event_id", type=UUID, help="the event's id")
        ended.add_argument("--reason", required=True, help="kept with the event")
        ended.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        try:
            found = getattr(self, f"_{action}")(options)
        except (LookupError, ValueError) as error:
            raise CommandError(str(error).strip("\"'"), returncode=1) from error
        if found:
            raise SystemExit(1)

    def _status(self, options: dict[str, Any]) -> bool:
        states, writers = lag(), open_writers()
        if options["format"] == "json":
            self._print_json({"subscriptions": states, "open_writers": writers})
        else:
            for state in states:
                line = f"{state.subscription} <- {state.publisher}: {state.events} behind"
                details = [f"{state.seconds:.1f} s"] if state.events else []
                shelf = {"retrying": state.retrying, "waiting": state.waiting, "parked": state.parked}
                details += [f"{count} {name}" for name, count in shelf.items() if count]
                details += ["paused"] if state.paused else []
                details += [] if state.reachable else ["log not reachable from this process"]
                details += ["not started yet"] if state.position is None else [f"at {state.position}"]
                self.stdout.write(", ".join([line, *details]))
            for writer in writers:
                self.stdout.write(
                    f"{writer.publisher}: transaction {writer.transaction} ({writer.application or 'prepared'}) has "
                    f"written events and is open for {writer.seconds:.1f} s; readers wait for it"
                )
        return any(state.parked for state in states)

    def _parked(self, options: dict[str, Any]) -> bool:
        statuses = tuple(ParkedStatus) if options["all"] else (ParkedStatus.PARKED, ParkedStatus.RETRYING)
        events = parked(**self._choice(options), statuses=statuses)
        self._print(events, options, with_traceback=options["traceback"])
        return False

    def _redrive(self, options: dict[str, Any]) -> bool:
        events = redrive(**self._choice(options), dry_run=options["dry_run"])
        self._print(events, options)
        return not events

    def _discard(self, options: dict[str, Any]) -> bool:
        event = discard(
            subscription=options["subscription"],
            event_id=options["event_id"],
            reason=options["reason"],
            dry_run=options["dry_run"],
        )
        self._print((event,), options)
        return False

    def _print(self, events: tuple[ParkedEvent, ...], options: dict[str, Any], *, with_traceback: bool = False) -> None:
        if options["format"] == "json":
            self._print_json({"events": events})
            return
        for event in events:
            self.stdout.write(
                f"{event.subscription} {event.event_id} {event.name} key={event.key} {event.status} after "
                f"{event.attempts} attempts, {event.behind} behind: {event.error or event.reason or '-'}"
            )
            if with_traceback:
                self.stdout.write(event.traceback)
        self.stdout.write(f"{len(events)} events")

    def _print_json(self, value: dict[str, Any]) -> None:
        plain = {name: [dataclasses.asdict(item) for item in items] for name, items in value.items()}
        self.stdout.write(msgspec.json.format(msgspec.json.encode(plain)).decode())

    @staticmethod
    def _choice(options: dict[str, Any]) -> dict[str, Any]:
        return {name: options[name] for name in ("subscription", "publisher", "key", "event_id")}
