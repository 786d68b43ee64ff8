"""``python -m benchmarks.events``: our events against Celery, procrastinate, modupy's outbox and bare SQL.

One PostgreSQL and one Valkey serve all contenders of the run; each has the same rows, two publishers that reuse their
connections, and as many workers as its authors intend, two processes at most. Rounds alternate; what counts is the
ratio within a round, of which the median is printed with its range.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.events import append, latency, throughput
from benchmarks.events.aims import verdicts
from benchmarks.events.field import CONTENDERS, Field
from benchmarks.events.report import Figures
from benchmarks.events.servers import servers

EPILOG = """
examples:
  python -m benchmarks.events --quick                    a look: one round of everything, without a claim
  python -m benchmarks.events --modupy-python PYTHON     all, with modupy from another environment
  python -m benchmarks.events --only latency --rounds 5  one part
  python -m benchmarks.events --durable                  every commit on disk
  python -m benchmarks.events.soak --events 1000000      memory and lag over a million events

exit codes: 0 measured, whatever came out; 1 a contender of ours lost, doubled or misordered an event; 2 wrong usage
"""
PARTS = ("throughput", "latency", "append")
REFERENCES = {"throughput": ("plain Celery", "floor"), "latency": ("plain Celery",), "append": ()}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.events",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", choices=PARTS, action="append", help="a part; may be given again")
    parser.add_argument("--contender", action="append", help="a contender, by a part of its name; may be given again")
    parser.add_argument("--events", type=int, default=4000, help="a round of throughput (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of each contender (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one round with few events")
    parser.add_argument("--durable", action="store_true", help="with fsync; default: without, as in tests")
    parser.add_argument("--modupy-python", default=sys.executable, help="a Python that has modupy[postgres]")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if options.events < 100 or options.rounds < 1:
        parser.error("--events takes 100 or more, --rounds 1 or more")
    tables, result = _measure(options)
    if options.format == "json":
        print(json.dumps(result, indent=1))
    else:
        print(
            f"PostgreSQL {result['postgresql']}, fsync {result['fsync']}, {result['cores']} cores, load "
            f"{result['load']}; promises: " + "; ".join(f"{name}: {text}" for name, text in result["promises"].items())
        )
        for part, figures in tables:
            print(figures.as_text(REFERENCES[part]))
        print("\n" + "\n".join(result["aims"]))
    wrong = [name for _, figures in tables for name in figures.notes if name.startswith("ours")]
    return 1 if wrong else 0


def _measure(options: argparse.Namespace) -> tuple[list[tuple[str, Figures]], dict[str, Any]]:
    def tell(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    parts = options.only or PARTS
    rounds = 1 if options.quick else options.rounds
    events = min(options.events, 1000) if options.quick else options.events
    tables: list[tuple[str, Figures]] = []
    with (
        tempfile.TemporaryDirectory(prefix="seamline-bench-") as folder,
        servers(Path(folder), durable=options.durable) as running,
    ):
        field = Field(running, modupy_python=options.modupy_python)
        contenders = []
        for contender in CONTENDERS:
            if options.contender and not any(wanted in contender.name for wanted in options.contender):
                continue
            if reason := field.missing(contender):
                tell(f"{contender.name} is left out: {reason}")
                continue
            field.prepare(contender)
            contenders.append(contender)
        common: dict[str, Any] = {"rounds": rounds, "tell": tell}
        if "throughput" in parts:
            for work in throughput.WORKS:
                made = throughput.measure(field, contenders, work, events=events, **common)
                tables += [("throughput", figures) for figures in made if figures.values]
        if "latency" in parts:
            low = 100 if options.quick else 400
            for foreign in (False, True):
                some = [each for each in contenders if each.ours or not foreign]
                for figures in latency.measure(field, some, events=low, foreign=foreign, **common):
                    tables.append(("latency", figures))
        if "append" in parts:
            some = [each for each in contenders if each.name in ("floor", "ours, batch")]
            slices = {**common, "rounds": 1 if options.quick else 4 * rounds}
            tables += [("append", figures) for figures in append.measure(field, some, events=800, **slices)]
        result = {
            "postgresql": running.version,
            "fsync": running.fsync,
            "cores": os.cpu_count(),
            "load": round(os.getloadavg()[0], 1),
            "promises": {contender.name: contender.promise for contender in contenders},
            "tables": [figures.as_json(REFERENCES[part]) for part, figures in tables],
            "aims": verdicts([figures for _, figures in tables]),
        }
    return tables, result


if __name__ == "__main__":
    sys.exit(main())
