"""``manage.py ledger verify``: whether anything in the streams was altered, and whether tables follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser

from seamline.eventsourcing.anchors import Anchor, holds
from seamline.eventsourcing.registry import aggregates_of
from seamline.eventsourcing.verifying import Verified, verify
from seamline.management.events.output import Output
from seamline.modules.manifest import imported
from seamline.modules.registry import hosted_modules, module_named

NAME = "verify"
HELP = "find any event that was altered, exchanged or taken away, and tables that do not follow from the events"
EPILOG = """\
examples:
  manage.py ledger verify                                         every stream of every module
  manage.py ledger verify --module payments --stream payment:5c0e...
  manage.py ledger verify --anchors /elsewhere/anchors.jsonl      also against what was stated before

Each event's hash is made again from all that is stored of it and from the hash before it. Of each stream the first bad
event is named. Then each module holds its tables against the replay of its events.

exit status: 0 all is sound; 1 findings; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """What to look at."""
    parser.add_argument("--module", help="only this one")
    parser.add_argument("--stream", default="", help="only this stream, and no tables; needs --module")
    parser.add_argument("--anchors", type=Path, help="a file of lines that 'ledger anchor' wrote")


def run(options: dict[str, Any], output: Output) -> bool:
    """Verify."""
    if options["stream"] and not options["module"]:
        raise CommandError("--stream needs --module: two modules may have streams of one name.", returncode=2)
    modules = list(modules_with_streams(options["module"]))
    anchors = _anchors(options["anchors"]) if options["anchors"] else []
    results: list[Verified] = []
    for module in modules:
        output.progress(f"{module}: reading streams")
        results.append(verify(module, stream=options["stream"]))
    broken = [each for each in anchors if each.module in modules and not (each.is_genuine and holds(each))]
    audits = [] if options["stream"] else [each for module in modules for each in _audits(module, output)]
    output.json({"modules": results, "broken_anchors": broken, "audit_findings": audits})
    for result in results:
        output.line(f"{result.module}: {result.events:,} events in {result.streams:,} streams")
        for finding in result.findings:
            output.line(f"  {finding}")
    for each in broken:
        why = "the log does not hold what it states" if each.is_genuine else "it was not signed by this installation"
        output.line(f"  the anchor of {each.module} at position {each.position} ({each.at.isoformat()}): {why}")
    for text in audits:
        output.line(f"  {text}")
    is_bad = bool(broken or audits or any(result.findings for result in results))
    output.line("Something is wrong." if is_bad else "All is sound.")
    return is_bad


def modules_with_streams(wanted: str | None) -> Iterator[str]:
    """The modules of this process that have aggregates, or the one that is wanted.

    :raises LookupError: it is not hosted here.
    """
    for module in [module_named(wanted)] if wanted else hosted_modules():
        if wanted or aggregates_of(module):
            yield module.name


def _audits(module: str, output: Output) -> Iterator[str]:
    for path in module_named(module).audits:
        output.progress(f"{module}: holding tables against events")
        yield from imported(path)()


def _anchors(path: Path) -> list[Anchor]:
    try:
        return [msgspec.json.decode(line, type=Anchor) for line in path.read_text().splitlines() if line.strip()]
    except (OSError, msgspec.MsgspecError) as error:
        raise CommandError(f"The anchors in {path} cannot be read: {error}", returncode=2) from error
