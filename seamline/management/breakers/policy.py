"""``manage.py breakers policy``: show, override and restore what guards the calls of a module."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.management.base import CommandError, CommandParser

from seamline.control import override_policy, overview, restore_policy
from seamline.control.book import known_module
from seamline.control.policies import overridden
from seamline.management.control.command import add_dry_run
from seamline.management.events.output import Output
from seamline.schemas import declared_contracts

NAME = "policy"
HELP = "show what guards the calls of a module; with --set override numbers, with --restore take that back"
EPILOG = """\
examples:
  manage.py breakers policy payments
  manage.py breakers policy payments --set '{"bulkhead": {"concurrent": 8}}' --reason "its database has 10 connections"
  manage.py breakers policy payments --set '{"rate": {"per_second": 50}}' --reason "the provider throttles us" --dry-run
  manage.py breakers policy payments --restore --reason "the provider is well"

What is set replaces what was set before. The parts are breaker, bulkhead, retry, hedge and rate.

exit status: 0 shown or ordered; 1 it cannot be so, or nothing was overridden; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which, what and why."""
    parser.add_argument("module")
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--set", metavar="JSON", help="parts and their numbers")
    change.add_argument("--restore", action="store_true", help="as the contract declares")
    parser.add_argument("--reason", default="", help="why; needed to change anything")
    add_dry_run(parser)


def run(options: dict[str, Any], output: Output) -> bool:
    """Show or change it."""
    module, dry_run = known_module(options["module"]), options["dry_run"]
    orders = [each for each in overview().orders.policies if each.module == module]
    declared = next(each.policy for each in declared_contracts() if each.module == module)
    if options["set"] is not None:
        policy = override_policy(
            module=module, override=_decoded(options["set"]), reason=options["reason"], dry_run=dry_run
        )
    elif options["restore"]:
        policy = declared
        if not dry_run:
            restore_policy(module=module, reason=options["reason"])
    else:
        policy = overridden(declared, orders[0].policy) if orders else declared
    output.json({"module": module, "policy": policy, "overridden_before": orders[0] if orders else None})
    output.line(msgspec.json.format(msgspec.json.encode(policy)).decode())
    for each in orders:
        output.line(f"Until now overridden by {each.actor} since {each.at:%Y-%m-%d %H:%M:%S}: {each.reason}")
    return bool(options["restore"] and dry_run and not orders)


def _decoded(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise CommandError(
            f'--set is no JSON object: {error}. Give {{"bulkhead": {{"concurrent": 8}}}}.', returncode=2
        ) from error
