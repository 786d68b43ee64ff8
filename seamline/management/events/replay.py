"""``manage.py events replay``: give old events to a subscription's handler again."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.history import (
    ArchiveDamaged,
    Replay,
    ReplayStatus,
    cancel_replay,
    count_replay,
    replay_with,
    request_replay,
    resume_replay,
    rewind,
    run_replay,
)
from seamline.management.events.output import Output
from seamline.management.events.values import place, start

NAME = "replay"
HELP = "give old events to a subscription's handler again, beside live delivery"
EPILOG = """\
examples:
  manage.py events replay recommendations.learn_of_orders --from beginning --dry-run     how many events, by name
  manage.py events replay recommendations.learn_of_orders --from 2026-01-31T12:00:00Z --until 2026-02-01T00:00:00Z
  manage.py events replay storefront.order_history --from 1200 --key 0198...    one order, from position 1200 on
  manage.py events replay --resume recommendations-4       after it was killed, or after its handler was mended
  manage.py events replay --cancel recommendations-4
  manage.py events replay recommendations.learn_of_orders --from beginning --rewind   move the live checkpoint back

The handler sees delivery.replayed and must be one that may see an event twice, such as one that writes rows by key.
A replay ends where live delivery stood when it began. With --rewind all from there on is delivered as if for the first
time: pause the subscription, empty its tables, rewind, resume.

exit status: 0 done; 1 the handler failed at an event, it was stopped, or it cannot be done so; 2 wrong usage.
"""
SHOW_EVERY = 2.0


def add_arguments(parser: CommandParser) -> None:
    """What to handle again, or which replay to go on with."""
    parser.add_argument("subscription", nargs="?", help="the subscription whose handler is meant")
    parser.add_argument("--from", dest="start", type=start, metavar="PLACE", help="beginning, a position, or a time")
    parser.add_argument("--until", type=place, metavar="PLACE", help="the last position, or the time before which")
    parser.add_argument("--key", help="only events with this key, such as an order's id")
    parser.add_argument("--publisher", metavar="MODULE", help="only events of this module")
    parser.add_argument("--reason", default="", help="kept with the replay")
    parser.add_argument("--rewind", action="store_true", help="move the live checkpoint back instead")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be handled again")
    parser.add_argument("--no-input", action="store_true", help="do not ask")
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--resume", metavar="ID", help="go on with this replay")
    other.add_argument("--cancel", metavar="ID", help="end this replay where it stands")


def run(options: dict[str, Any], output: Output) -> bool:
    """Replay, rewind, go on or cancel; a handler that fails is a finding."""
    if options["cancel"]:
        return _show(cancel_replay(options["cancel"], reason=options["reason"]), output)
    if options["resume"]:
        found = replay_with(options["resume"])
        return _run(resume_replay(found.id) if found.status is ReplayStatus.FAILED else found, output)
    if not options["subscription"] or options["start"] is None:
        raise CommandError("Give a subscription and --from, or --resume or --cancel with an id.", returncode=2)
    if options["rewind"]:
        return _rewind(options, output)
    chosen = {name: options[name] for name in ("start", "until", "key", "publisher")}
    if options["dry_run"] or not options["no_input"]:
        counts = count_replay(options["subscription"], **chosen)
        if options["dry_run"]:
            output.json({"subscription": options["subscription"], "dry_run": True, "events": counts})
            for name, count in counts.items():
                output.line(f"{count:>9,} {name}")
            output.line(f"{sum(counts.values()):>9,} events would be handled again")
            return False
        question = f"Let {options['subscription']} handle {sum(counts.values()):,} events again?"
        if not output.confirm(question, no_input=False):
            return True
    asked = request_replay(options["subscription"], **chosen, requested_by=getpass.getuser(), reason=options["reason"])
    return _run(asked, output)


def _run(asked: Replay, output: Output) -> bool:
    output.progress(f"Replay {asked.id} of {asked.subscription}; Ctrl-C stops it, --resume {asked.id} goes on.")
    try:
        done = run_replay(asked.id, progress=_progress(output))
    except KeyboardInterrupt:
        done = replay_with(asked.id)
    except ArchiveDamaged as error:
        raise CommandError(str(error), returncode=1) from error
    return _show(done, output)


def _progress(output: Output) -> Callable[[int], None]:
    total, began = 0, time.monotonic()
    shown = began

    def show(handled: int) -> None:
        nonlocal total, shown
        total += handled
        now = time.monotonic()
        if now - shown >= SHOW_EVERY:
            shown = now
            output.progress(f"{total:,} events handled again, {total / (now - began):,.0f}/s")

    return show


def _show(replay: Replay, output: Output) -> bool:
    output.json(replay)
    show_replay(replay, output)
    return replay.status in (ReplayStatus.FAILED, ReplayStatus.RUNNING)


def show_replay(replay: Replay, output: Output) -> None:
    """A line, and one more for each share that is not over."""
    skipped = f", {replay.skipped:,} left to their redrive" if replay.skipped else ""
    output.line(f"{replay.id} {replay.subscription}: {replay.status}, {replay.handled:,} handled again{skipped}")
    for share in replay.shares:
        if share.status is ReplayStatus.RUNNING:
            output.line(
                f"  {share.publisher} partition {share.partition}: at {share.position} of {share.until}; go on with: "
                f"manage.py events replay --resume {replay.id}"
            )
        if share.status is ReplayStatus.FAILED:
            output.line(f"  {share.publisher} position {share.failed_position}: {share.error}")
            output.line(f"  when that is mended: manage.py events replay --resume {replay.id}")


def _rewind(options: dict[str, Any], output: Output) -> bool:
    if options["until"] is not None or options["key"] is not None:
        raise CommandError("A rewind takes in all from a place on: --until and --key do not go with it.", returncode=2)
    chosen = {name: options[name] for name in ("start", "publisher")}
    moved = rewind(options["subscription"], **chosen, dry_run=True)
    if not options["dry_run"]:
        question = f"Deliver all from there on to {options['subscription']} again, as if for the first time?"
        if not output.confirm(question, no_input=options["no_input"]):
            return True
        moved = rewind(options["subscription"], **chosen)
    output.json({"dry_run": options["dry_run"], "checkpoints": moved})
    for each in moved:
        output.line(
            f"{each.subscription} <- {each.publisher}: {'would go' if options['dry_run'] else 'went'} back to "
            f"{each.position} from {', '.join(map(str, each.was))}{'; it is paused' if each.paused else ''}"
        )
    return False
