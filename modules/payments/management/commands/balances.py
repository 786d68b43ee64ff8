"""``manage.py balances``: what is in each account of the ledger, now or as it was known at a time."""

from __future__ import annotations

import argparse
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from modules.payments.application.balances import balances
from seamline.eventsourcing.limits import parsed
from seamline.management.events.output import Output

EPILOG = """\
examples:
  manage.py balances                                   what is in each account
  manage.py balances --as-of 2026-11-01T00:00:00Z      what was known to be in them then
  manage.py ledger show payments.wallet ID --as-of T   one wallet, with what is set aside in it

Negative amounts are owed, or earned; all of them add up to zero.

exit status: 0 they add up to zero; 1 they do not; 2 wrong usage.
"""


class Command(BaseCommand):
    """Thin: the use case is ``application/balances.py``."""

    help = "Show what is in each account of the payments' double-entry ledger, now or as of any time."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = EPILOG
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        parser.add_argument("--as-of", help="a time with its zone: only what had been recorded by then counts")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json is for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        output = Output(stdout=self.stdout, stderr=self.stderr, as_json=options["format"] == "json")
        found = balances(as_of=_moment(options["as_of"]))
        rows = [(account, money) for account, amounts in found.items() for money in amounts]
        output.json({"balances": [{"account": account, "balance": money} for account, money in rows]})
        for account, money in rows:
            output.line(f"{account:<40} {money.amount:>16,} {money.currency}")
        rest: dict[str, Decimal] = {}
        for _, money in rows:
            rest[money.currency] = rest.get(money.currency, Decimal(0)) + money.amount
        if any(rest.values()):
            left = ", ".join(f"{amount} {currency}" for currency, amount in rest.items())
            raise CommandError(f"The accounts add up to {left}. See manage.py ledger verify.", returncode=1)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = parsed(text)
    except ValueError as error:
        raise CommandError(str(error), returncode=2) from error
    if isinstance(moment, int):
        raise CommandError(f"--as-of {text} is a version; all balances are as of a time.", returncode=2)
    return moment
