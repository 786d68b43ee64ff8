"""``manage.py events readers``: which deployables read our logs over HTTP, and how to say that one is gone for good."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.events import FeedReader, forget_reader, remote_readers
from seamline.management.events.output import Output
from seamline.modules import hosted_modules

NAME = "readers"
HELP = (
    "Subscriptions of other deployables that read logs of this one, and after which position each still needs them. "
    "What they need is never dropped; one that is gone for good has to be forgotten, or the log grows for ever."
)
EPILOG = """\
examples:
  manage.py events readers                     who reads what, and when each was seen last
  manage.py events readers --publisher orders --format json
  manage.py events readers --publisher orders --forget search.index --reason "replaced in May" --dry-run

exit status: 0 done; 1 nobody of that name reads the log; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, and whom to forget."""
    parser.add_argument("--publisher", metavar="MODULE", help="only readers of this module's log")
    parser.add_argument("--forget", metavar="SUBSCRIPTION", help="the one that is gone for good; needs --publisher")
    parser.add_argument("--reason", default="", help="why; kept with it")
    parser.add_argument("--dry-run", action="store_true", help="only say whom it would forget")


def run(options: dict[str, Any], output: Output) -> bool:
    """Print them, or forget one."""
    publisher, gone = options["publisher"], options["forget"]
    hosted = [module.name for module in hosted_modules()]
    if publisher is not None and publisher not in hosted:
        raise LookupError(f"No module {publisher!r} is hosted here; there are {', '.join(hosted)}.")
    if gone is None:
        _show({name: remote_readers(name) for name in ([publisher] if publisher else hosted)}, output)
        return False
    if publisher is None or not options["reason"].strip():
        raise CommandError("--forget needs --publisher MODULE and --reason WHY.", returncode=2)
    if options["dry_run"]:
        found = tuple(reader for reader in remote_readers(publisher) if reader.subscription == gone)
        _show({publisher: found}, output)
        return not found
    _show({publisher: forget_reader(publisher=publisher, subscription=gone, reason=options["reason"])}, output)
    return False


def _show(found: dict[str, tuple[FeedReader, ...]], output: Output) -> None:
    output.json({"readers": found})
    for publisher, readers in found.items():
        for reader in readers:
            output.line(
                f"{publisher} -> {reader.subscription} {reader.partition + 1}/{reader.partitions} of "
                f"{reader.caller}: needs what follows {reader.position}, seen {reader.seen_at:%Y-%m-%d %H:%M:%S %Z}"
            )
    output.line(f"{sum(len(readers) for readers in found.values())} readers")
