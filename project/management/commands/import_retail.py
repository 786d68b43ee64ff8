"""``manage.py import_retail FILE``: put a file of real invoices into the shop. Thin."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from project.retail.importing import import_retail_file, was_imported
from project.retail.learning import learn_recommendations
from project.retail.progress import shown_progress
from project.retail.source import RetailFileError
from seamline.contract import ContractError
from seamline.events import NotDrained


class Command(BaseCommand):
    """Calls the use case, reports, and sets the exit code."""

    help = """Load a file of retail invoice lines: products, customers, orders, credit notes, payments and stock.

FILE has the columns of UCI's "Online Retail" (InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
CustomerID, Country) as .csv, .csv.gz, .csv.xz or as the .xlsx that UCI publishes. docs/data.md says what becomes of
each line.

It can be interrupted at any time: run it again, and it goes on where it was. A file that was loaded is not loaded
twice. Progress goes to stderr.

  manage.py import_retail online_retail.xlsx
  manage.py import_retail online_retail.csv.xz --dry-run --format json

Exit code 0: all lines were used; 1: the file could not be loaded, or some lines could not be used (they are counted
by reason); 2: wrong usage.
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("file", type=Path, metavar="FILE", help="the file to load")
        parser.add_argument("--dry-run", action="store_true", help="read and report; store nothing")
        parser.add_argument("--again", action="store_true", help="go through it even if this very file was loaded")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to report (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        path, marks = options["file"], settings.BASE_DIR / ".seamline" / "imports"
        as_json = options["format"] == "json"
        try:
            if not options["dry_run"] and not options["again"] and was_imported(path, marks=marks):
                known = f"{path.name} was loaded before; --again goes through it once more."
                self.stdout.write(json.dumps({"file": path.name, "already_loaded": True}) if as_json else known)
                return
            with shown_progress() as progress:
                report = import_retail_file(path, marks=marks, progress=progress, dry_run=options["dry_run"])
                if not options["dry_run"]:
                    learn_recommendations(progress=progress)
        except RetailFileError as error:
            raise CommandError(str(error), returncode=1) from error
        except (ContractError, NotDrained) as error:
            raise CommandError(f"{error}\nRun the command again: what is stored is not stored twice.") from error
        self.stdout.write(json.dumps(report.as_json(), indent=2) if as_json else report.as_text())
        if report.book.tally.unusable:
            raise SystemExit(1)
