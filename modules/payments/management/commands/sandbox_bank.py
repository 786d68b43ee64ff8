"""``manage.py sandbox_bank``: be the bank that decides a payment of the sandbox's slow card."""

from __future__ import annotations

import argparse
import json
import uuid
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contracts.kernel import OrderId
from modules.payments.infra.books import authorisation_key
from modules.payments.infra.sandbox import SandboxProvider
from modules.payments.infra.sandbox_bank import NotTold, decide, tell

EPILOG = """\
examples:
  manage.py sandbox_bank 5b0c...                 the bank sets the money aside, and the shop is told
  manage.py sandbox_bank 5b0c... --decline       the bank says no
  manage.py sandbox_bank 5b0c... --dry-run       pending, approved, declined; unknown: the provider has never seen it
  manage.py sandbox_bank 5b0c... --format json   {"decided": true, "told": true}

Said again, it only tells the shop once more: the bank's first word counts.

exit status: 0 the shop was told; 1 it was not; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: everything is in ``infra/sandbox_bank.py``."""

    help = (
        "Decide the payment of an order that was paid with the sandbox's card 4000 0000 0000 3220, and have it "
        "told to the shop by the provider's signed webhook. The checkout goes on, or turns back, within seconds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("order_id", type=uuid.UUID, help="the id of the order, as in its page's address")
        parser.add_argument("--decline", action="store_true", help="say no")
        parser.add_argument("--shop", default="http://127.0.0.1:8000", help="where it listens (default: %(default)s)")
        parser.add_argument("--dry-run", action="store_true", help="only print what the provider knows of the payment")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is stable, for programs")

    def handle(self, *args: Any, order_id: uuid.UUID, **options: Any) -> None:
        key = authorisation_key(OrderId(order_id))
        if options["dry_run"]:
            outcome = SandboxProvider().outcome(key=key).outcome.value
            self.stdout.write(json.dumps({"outcome": outcome}) if options["format"] == "json" else outcome)
            return
        decided = decide(key=key, approve=not options["decline"])
        try:
            tell(key=key, shop=options["shop"])
        except NotTold as error:
            raise CommandError(str(error), returncode=1) from error
        if options["format"] == "json":
            self.stdout.write(json.dumps({"decided": decided, "told": True}))
        else:
            news = "The bank has decided" if decided else "Nothing was left to decide"
            self.stdout.write(f"{news}; the shop was told.")
