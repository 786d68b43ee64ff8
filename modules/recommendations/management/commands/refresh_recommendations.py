"""``manage.py refresh_recommendations``: learn the neighbours now instead of waiting for the job."""

from __future__ import annotations

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from typing import Any

from django.core.management.base import BaseCommand

from modules.recommendations.application.refresh_neighbours import refresh_neighbours


class Command(BaseCommand):
    """Calls the use case and reports."""

    help = """Learn from all baskets what goes together, and serve it from now on.

A job does this by itself after new orders; use this command to see the figures, or to have it done at once.
The neighbours that are live go on answering meanwhile.

  manage.py refresh_recommendations            when there is enough news
  manage.py refresh_recommendations --force    in any case
"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.add_argument("--force", action="store_true", help="learn even if nothing is new")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="how to report (default: text)")

    def handle(self, *args: Any, **options: Any) -> None:
        generation = refresh_neighbours(force=options["force"])
        if options["format"] == "json":
            figures = generation and {
                "generation": generation.pk,
                "baskets": generation.baskets,
                "products": generation.products,
                "seconds": round(generation.seconds, 3),
            }
            self.stdout.write(json.dumps({"refreshed": figures}))
        elif generation is None:
            self.stdout.write("Nothing to do: too little is new since the live generation. --force learns anyway.")
        else:
            self.stdout.write(
                f"Generation {generation.pk} is live: {generation.products} products have neighbours, learned from "
                f"{generation.baskets} baskets in {generation.seconds:.1f} s."
            )
