"""``manage.py events schemas``: compare the events in the code with all that was ever released, and release changes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from seamline.management.events.output import Output
from seamline.schemas import (
    NotReleasable,
    SchemaFinding,
    read_corpus,
    release,
    schema_findings,
    sources,
)

NAME = "schemas"
HELP = "compare the events in the code with all that was ever released, and release changes"
EPILOG = """\
examples:
  manage.py events schemas --check                  what is incompatible, what is not released yet
  manage.py events schemas --release --dry-run      what a release would add to the corpus
  manage.py events schemas --release                add new events, new versions and compatible changes
  manage.py events schemas --release --widened      also values that subscribers had to be deployed for first

Nothing that was released is ever written again. docs/events/schemas.md has a recipe for each kind of change.

exit status: 0 all well; 1 findings; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Check or release."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="only compare; unreleased changes are findings too")
    what.add_argument("--release", action="store_true", help="write what is new, unless anything is wrong")
    parser.add_argument("--widened", action="store_true", help="all subscribers run this contract already: release it")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")


def run(options: dict[str, Any], output: Output) -> bool:
    """Compare, or release."""
    pairs = [(source.publishers, read_corpus(source.folder)) for source in sources()]
    if options["check"]:
        findings = tuple(each for publishers, corpus in pairs for each in schema_findings(publishers, corpus))
        output.json({"findings": findings})
        _print(findings, output)
        if not findings:
            versions = sum(len(each) for _, corpus in pairs for each in corpus.events.values())
            events = sum(len(corpus.events) for _, corpus in pairs)
            output.line(f"{events} events in {versions} versions: code and corpus agree.")
        return bool(findings)
    try:
        released = [
            each
            for publishers, corpus in pairs
            for each in release(publishers, corpus, widened=options["widened"], dry_run=options["dry_run"])
        ]
    except NotReleasable as error:
        output.json({"released": [], "findings": error.findings, "dry_run": options["dry_run"]})
        _print(error.findings, output)
        output.line("Nothing was released.")
        return True
    output.json({"released": released, "findings": [], "dry_run": options["dry_run"]})
    for each in released:
        verb = "would write" if options["dry_run"] else "wrote"
        output.line(f"{verb} {each.path}: {each.event}, version {each.schema_version}, revision {each.revision}")
    if not released:
        output.line("Nothing to release: code and corpus agree.")
    return False


def _print(findings: tuple[SchemaFinding, ...], output: Output) -> None:
    for each in findings:
        output.line(f"{each.kind}: {' '.join(part for part in (each.event, each.problem) if part)}")
        output.line(f"    {each.advice}")
