"""``manage.py contracts``: whether callers and modules of the released and of today's version understand each other."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.schemas import declared_contracts, released_folder
from seamline.versions import DamagedRecord, Verdict, VersionFinding, compare, read_records, surface_of, write_record

EPILOG = """\
examples:
  manage.py contracts check                what breaks released callers or modules, and what is not released yet
  manage.py contracts release --dry-run    which contracts a release would write down
  manage.py contracts release              make today's contracts the released ones; refused while anything breaks

While a deployable is rolled out, old and new versions call each other in both directions. docs/calls/versions.md has a
recipe for each kind of change.

exit status: 0 all well; 1 findings; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the rules are in ``seamline.versions``."""

    help = "Compare the contracts in the code with the released ones, and release changes."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("action", choices=("check", "release"))
        parser.add_argument("--dry-run", action="store_true", help="with release: only say what would be written")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        folder = records_folder()
        try:
            released = read_records(folder)
        except DamagedRecord as error:
            raise CommandError(str(error), returncode=1) from error
        surfaces = [surface_of(contract) for contract in declared_contracts()]
        findings = [each for now in surfaces for each in compare(released=released.get(now.module), now=now)]
        known = {surface.module for surface in surfaces}
        findings += [
            VersionFinding(
                verdict=Verdict.BREAKS,
                where=module,
                problem="was released and is declared by no contract any more.",
                advice="Restore it; when no caller is left anywhere, delete its file.",
            )
            for module in released.keys() - known
        ]
        if options["action"] == "check":
            output.json({"findings": findings})
            self._print(findings, output)
            if findings:
                raise SystemExit(1)
            output.line(f"{len(surfaces)} contracts: today's and the released ones understand each other.")
            return
        breaking = [each for each in findings if each.verdict is Verdict.BREAKS]
        changed = [] if breaking else [each for each in surfaces if released.get(each.module) != each]
        output.json({"findings": breaking, "released": [each.module for each in changed]})
        if breaking:
            self._print(breaking, output)
            output.line("Nothing was released.")
            raise SystemExit(1)
        for surface in changed:
            if not options["dry_run"]:
                write_record(folder, surface)
            output.line(f"{'would release' if options['dry_run'] else 'released'} {surface.module} {surface.version}")
        if not changed:
            output.line("Nothing to release.")

    @staticmethod
    def _print(findings: list[VersionFinding], output: Output) -> None:
        for each in findings:
            output.line(f"{each.verdict}: {each.where} {each.problem}\n  {each.advice}")


def records_folder() -> Path:
    """Where released contracts are kept."""
    return released_folder().with_name("released_operations")
