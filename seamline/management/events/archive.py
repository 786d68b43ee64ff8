"""``manage.py events archive``: move old events out of the logs into files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.history import AlreadyArchiving, ArchiveDamaged, ArchiveResult, archive
from seamline.history.retention import retention
from seamline.management.events.output import Output
from seamline.management.events.values import span
from seamline.modules.registry import hosted_modules

NAME = "archive"
HELP = (
    "move old events out of the log into files, as far as nobody needs them there; new subscriptions and replays read "
    "them from the files"
)
EPILOG = """\
examples:
  manage.py events archive orders --older-than 90d --dry-run    what would leave, and who holds it back
  manage.py events archive orders --older-than 90d
  manage.py events archive                                      all modules that SEAMLINE_RETENTION names

each night, by cron:
  15 3 * * *  cd /srv/shop && manage.py events archive --format json >> /var/log/shop/archive.log

It can be cut off at any time: the next run goes on. Files go to SEAMLINE_ARCHIVE_DIR; keep them as you keep the
database.

exit status: 0 all that is old enough is archived; 1 somebody still needs some of it, or a file is damaged; 2 wrong
usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which module, and how old."""
    parser.add_argument("module", nargs="?", help="only this module; all that SEAMLINE_RETENTION names if left out")
    parser.add_argument(
        "--older-than", type=span, metavar="SPAN", help="such as 90d or 12h, instead of what SEAMLINE_RETENTION says"
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would leave, and who holds it back")


def run(options: dict[str, Any], output: Output) -> bool:
    """Archive; what is held back is a finding."""
    results = []
    for module, keep in _wanted(options["module"], options["older_than"]).items():
        try:
            result = archive(module, keep=keep, dry_run=options["dry_run"], progress=output.progress)
        except (AlreadyArchiving, ArchiveDamaged, OSError) as error:
            raise CommandError(str(error), returncode=1) from error
        results.append(result)
        _show(result, output, dry_run=options["dry_run"])
    output.json({"dry_run": options["dry_run"], "modules": results})
    return any(result.held_back_by for result in results)


def _wanted(module: str | None, keep: timedelta | None) -> dict[str, timedelta]:
    known = retention()
    if keep is not None:
        return {module: keep} if module is not None else {each.name: keep for each in hosted_modules()}
    if module is not None:
        if module not in known:
            raise CommandError(
                f"SEAMLINE_RETENTION does not say how long events of {module!r} stay: give --older-than.", returncode=2
            )
        return {module: known[module]}
    if not known:
        raise CommandError(
            "SEAMLINE_RETENTION names no module, so all events stay. Set it, or give --older-than.", returncode=2
        )
    return known


def _show(result: ArchiveResult, output: Output, *, dry_run: bool) -> None:
    size = sum(each.bytes for each in result.ranges)
    verb = "would leave for" if dry_run else "archived in"
    output.line(
        f"{result.module}: {result.events:,} events before {result.before:%Y-%m-%d %H:%M:%S %Z} {verb} "
        f"{len(result.ranges)} files" + ("" if dry_run else f" ({size:,} bytes), {result.deleted:,} rows deleted")
    )
    for holder in result.held_back_by:
        output.line(f"  held back at position {holder.position} by {holder.kind} {holder.name}: {holder.advice}")
