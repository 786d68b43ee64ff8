"""``manage.py evaluate_recommendations``: how good the recommendations are, beside popularity and EASE."""

from __future__ import annotations

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError

from modules.recommendations.application.evaluate_recommendations import Outcome, compare, tune
from modules.recommendations.domain.baskets import Basket
from modules.recommendations.domain.evaluation import Split
from modules.recommendations.infra.retail_file import UnreadableRetailFile, read_baskets
from modules.recommendations.infra.store import all_baskets


class Command(BaseCommand):
    """Calls the use case and prints a table or JSON."""

    help = """Hold out each customer's last invoice and see whether what was new in it would have been recommended.

Who takes part    customers with 3 or more invoices; the history is what they bought before the held-out invoice
What is ranked    all products that the customer had not bought, by what the history says
hit-rate@10       the chance that one new product of the held-out invoice is among the first 10; mean over customers
any-hit@10        share of the customers with anything new for whom one of the first 10 is in the held-out invoice
(pairs), (all)    the same over all pairs of customer and new product; over customers without anything new as well

Settings are chosen with --tune, on the last invoice but one, after the last was put aside.

  manage.py evaluate_recommendations                     the shop's own baskets
  manage.py evaluate_recommendations FILE.csv.xz         a file of invoice lines; needs no database
  manage.py evaluate_recommendations --as-of             also without the look ahead at other customers' later baskets
  manage.py evaluate_recommendations --tune              the grid of settings on validation invoices
"""
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("file", nargs="?", type=Path, help="CSV as UCI's Online Retail, also .xz or .gz")
        parser.add_argument("--split", choices=[split.value for split in Split], default=Split.TEST.value)
        parser.add_argument("--as-of", action="store_true", help="also learn afresh before each month")
        parser.add_argument("--tune", action="store_true", help="try a grid of settings on validation invoices")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to report (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        baskets = self._baskets(options["file"])
        try:
            if options["tune"]:
                outcomes = tune(baskets)
            else:
                outcomes = compare(baskets, split=Split(options["split"]), as_of=options["as_of"])
        except ValueError as error:
            raise CommandError(str(error), returncode=2) from error
        if options["format"] == "json":
            self.stdout.write(msgspec.json.encode(outcomes).decode())
        else:
            self._print(outcomes)

    @staticmethod
    def _baskets(file: Path | None) -> list[Basket]:
        if file is None:
            return all_baskets()
        try:
            return read_baskets(file)
        except UnreadableRetailFile as error:
            raise CommandError(str(error), returncode=2) from error

    def _print(self, outcomes: list[Outcome]) -> None:
        figures = outcomes[0].figures
        self.stdout.write(
            f"{figures.customers} customers, {figures.customers_with_new} of them with something new, "
            f"{figures.new_products} new products in all\n\n"
            f"{'held out':24} {'method':12} {'hit-rate@10':>11} {'any-hit@10':>10} {'(pairs)':>8} {'(all)':>7} {'s':>6}"
        )
        for outcome in outcomes:
            found, settings = outcome.figures, outcome.settings
            self.stdout.write(
                f"{outcome.task:24} {outcome.method:12} {found.hit_rate:11.4f} {found.any_hit:10.4f} "
                f"{found.hit_rate_pairs:8.4f} {found.any_hit_all:7.4f} {outcome.seconds:6.1f}"
                + (f"  ridge {settings.ridge:g}, half-life {settings.half_life_days:g} days" if settings else "")
            )
