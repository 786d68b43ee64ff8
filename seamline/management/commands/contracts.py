"""``manage.py contracts``: whether callers and modules of the released and of today's version understand each other."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.schemas import declared_contracts
from seamline.versions import (
    DamagedRecord,
    Surface,
    Verdict,
    VersionFinding,
    compare_all,
    read_records,
    records_folder,
    surface_of,
    write_record,
)

EPILOG = """\
examples:
  manage.py contracts status               one line for each contract
  manage.py contracts check                what breaks released callers or modules, and what is not released yet
  manage.py contracts release --dry-run    which contracts a release would write down
  manage.py contracts release              make today's contracts the released ones; refused while anything breaks
  manage.py contracts release --retired    also what breaks: no process with the released version runs any more

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
        parser.add_argument("action", choices=("status", "check", "release"))
        parser.add_argument("--dry-run", action="store_true", help="with release: only say what would be written")
        parser.add_argument(
            "--retired",
            action="store_true",
            help="with release: no process with the released version runs any more; what breaks it is released too",
        )
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        try:
            released = read_records(records_folder())
        except DamagedRecord as error:
            raise CommandError(str(error), returncode=1) from error
        surfaces = [surface_of(contract) for contract in declared_contracts()]
        findings = compare_all(released=released, now=surfaces)
        if options["action"] == "status":
            self._status(surfaces, released, findings, output)
        elif options["action"] == "check":
            self._check(surfaces, findings, output)
        else:
            self._release(surfaces, released, findings, output, options)

    def _status(
        self,
        surfaces: Sequence[Surface],
        released: Mapping[str, Surface],
        findings: Sequence[VersionFinding],
        output: Output,
    ) -> None:
        rows = []
        for now in surfaces:
            before = released.get(now.module)
            mine = [each for each in findings if each.where.partition(".")[0] == now.module]
            rows.append(
                {
                    "module": now.module,
                    "version": now.version,
                    "released": before.version if before else "",
                    "operations": len(now.operations),
                    "breaking": sum(each.verdict is Verdict.BREAKS for each in mine),
                    "unreleased": sum(each.verdict is Verdict.UNRELEASED for each in mine),
                }
            )
        output.json({"contracts": rows})
        for row in rows:
            output.line(
                f"{row['module']:<18} {row['version']:<6} released {row['released'] or '-':<6} "
                f"{row['operations']:>3} operations, {row['breaking']} breaking, {row['unreleased']} unreleased changes"
            )

    def _check(self, surfaces: Sequence[Surface], findings: Sequence[VersionFinding], output: Output) -> None:
        output.json({"findings": findings})
        self._print(findings, output)
        if findings:
            raise SystemExit(1)
        output.line(f"{len(surfaces)} contracts: today's and the released ones understand each other.")

    def _release(
        self,
        surfaces: Sequence[Surface],
        released: Mapping[str, Surface],
        findings: Sequence[VersionFinding],
        output: Output,
        options: dict[str, Any],
    ) -> None:
        kept = [
            each
            for each in surfaces
            if each.module in released and released[each.module].version == each.version
            and released[each.module] != each
        ]  # fmt: skip
        refused = [each for each in findings if each.verdict is Verdict.BREAKS and not options["retired"]]
        refused += [each for each in findings if each.where in {surface.module for surface in kept}]
        changed = [] if refused else [each for each in surfaces if released.get(each.module) != each]
        gone = [] if refused else sorted(released.keys() - {each.module for each in surfaces})
        output.json({"findings": refused, "released": [each.module for each in changed], "removed": gone})
        if refused:
            self._print(refused, output)
            output.line("Nothing was released.")
            raise SystemExit(1)
        would = "would be " if options["dry_run"] else ""
        for surface in changed:
            if not options["dry_run"]:
                write_record(records_folder(), surface)
            output.line(f"{surface.module} {surface.version} {would}released")
        for module in gone:
            if not options["dry_run"]:
                (records_folder() / f"{module}.json").unlink()
            output.line(f"{module} {would}removed")
        if not changed and not gone:
            output.line("Nothing to release.")

    @staticmethod
    def _print(findings: Sequence[VersionFinding], output: Output) -> None:
        for each in findings:
            output.line(f"{each.verdict}: {each.where} {each.problem}\n  {each.advice}")
