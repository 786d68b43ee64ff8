"""``python -m tests.soak``: the soak at any size; prints a report, ends with 1 when books disagree."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
import tempfile
from pathlib import Path

from tests.soak.soak import soak

EPILOG = """\
examples:
  python -m tests.soak                                        500 orders on the in-process bus
  python -m tests.soak --bus celery --broker rabbitmq --orders 2000 --every 2
  python -m tests.soak --seed 7 --format json                 the same harms in the same order as any run with seed 7
"""


def main() -> int:
    """Run it; 0 when every book agrees."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak",
        description="Place orders through the web while web servers, workers, PostgreSQL and the broker are killed, "
        "then compare all books: no effect lost, doubled or out of order.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--orders", type=int, default=500, help="orders to place at least (default: %(default)s)")
    parser.add_argument("--buyers", type=int, default=4, help="buyers at once (default: %(default)s)")
    parser.add_argument("--bus", choices=("thread", "celery"), default="thread", help="default: %(default)s")
    parser.add_argument("--broker", choices=("valkey", "rabbitmq"), default="valkey", help="with --bus celery")
    parser.add_argument("--every", type=float, default=1.5, help="seconds between faults (default: %(default)s)")
    parser.add_argument(
        "--faults", type=int, default=40, help="how many; orders go on until then (default: %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the dice (default: %(default)s)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="json is stable, for programs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="seamline-soak-", ignore_cleanup_errors=True) as folder:
        try:
            report = soak(
                folder=Path(folder),
                bus=options.bus,
                broker=options.broker,
                orders=options.orders,
                buyers=options.buyers,
                every=options.every,
                faults=options.faults,
                seed=options.seed,
            )
        except AssertionError as error:
            sys.stderr.write(f"{error}\n")
            return 1
    plain = dataclasses.asdict(report)
    lines = json.dumps(plain) if options.format == "json" else "\n".join(f"{k:>11}  {v}" for k, v in plain.items())
    sys.stdout.write(lines + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
