"""``manage.py projections rebuild``: build beside the live rows, compare, and put the new ones in their place."""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import CommandError, CommandParser

from seamline.management.events.output import Output
from seamline.management.projections.showing import Progress, pace, show_outcome
from seamline.projections import AlreadyRebuilding, RebuildFailed, RebuildGone, SwapRefused, rebuild
from seamline.projections.status import states

NAME = "rebuild"
HELP = "make a projection's rows anew from its events and put them in place of the live ones"
EPILOG = """\
examples:
  manage.py projections rebuild storefront.order_history                 also goes on where a killed one was
  manage.py projections rebuild storefront.order_history --dry-run       what would be read and replaced
  manage.py projections rebuild storefront.order_history --if-equal      only where not a single row changes

The live rows go on being read and written until the new ones are put in their place, together with the checkpoint.
What the handler publishes meanwhile goes nowhere. Two at a time of the same projection are refused.

exit status: 0 the new rows are live; 1 they are not, and the text says why; 2 wrong usage.
"""


def add_arguments(parser: CommandParser) -> None:
    """Which one, and what to make sure of."""
    parser.add_argument("name", help="the projection")
    parser.add_argument("--if-equal", action="store_true", help="keep the live rows where a single one would change")
    parser.add_argument("--no-compare", action="store_true", help="do not compare the rows before the swap")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument("--no-input", action="store_true", help="do not ask")


def run(options: dict[str, Any], output: Output) -> bool:
    """Rebuild; rows that stay the old ones are a finding."""
    name = options["name"]
    (state,) = states(name, with_lag=True)
    if options["dry_run"]:
        output.json({"dry_run": True, "projection": state})
        output.line(f"would fill {', '.join(state.tables)} anew from {', '.join(state.events)}")
        if state.rebuild is not None:
            output.line(f"would go on with what was begun: {state.rebuild.step}, {pace(state.rebuild)}")
        return False
    if not output.confirm(f"Make the rows of {name} anew and put them in place?", no_input=options["no_input"]):
        return True
    try:
        outcome = rebuild(
            name,
            compare=not options["no_compare"],
            only_if_equal=options["if_equal"],
            requested_by=getpass.getuser(),
            watching=Progress(output, name).watching,
        )
    except (AlreadyRebuilding, RebuildFailed, RebuildGone, SwapRefused) as error:
        raise CommandError(str(error), returncode=1) from error
    except KeyboardInterrupt:
        raise CommandError(f"Stopped; go on with: manage.py projections rebuild {name}", returncode=1) from None
    show_outcome(outcome, output)
    return not outcome.swapped
