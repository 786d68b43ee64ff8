"""``manage.py count_pairs``: count what is bought together now instead of waiting for the job."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from modules.analytics.application.count_pairs import count_pairs


class Command(BaseCommand):
    """Calls the use case and reports."""

    help = """Count which products are bought together, for the sales report and its API.

A job does this by itself after new orders; use this command to see the figures, or to have it done at once.
The latest count goes on answering meanwhile.

  manage.py count_pairs                   when there is enough news
  manage.py count_pairs --force           in any case
  manage.py count_pairs --format json     the figures as JSON
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("--force", action="store_true", help="count even if nothing is new")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to report (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        count = count_pairs(force=options["force"])
        if options["format"] == "json":
            figures = count and {"baskets": count.baskets, "seconds": round(count.seconds, 3)}
            self.stdout.write(json.dumps({"counted": figures}))
        elif count is None:
            self.stdout.write("Nothing to do: too little is new since the latest count. --force counts anyway.")
        else:
            self.stdout.write(f"Counted the pairs of {count.baskets} baskets in {count.seconds:.1f} s.")
