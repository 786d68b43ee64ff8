"""``python -m benchmarks.moleculer``: calls, doors and compositions, Moleculer's and ours in one run.

Moleculer has its circuit breaker, bulkhead, retries, timeout and metrics on ("guarded") or off ("bare"). It does not
sign what goes between processes; ours does. It needs ``node`` and ``npm`` on PATH (without them ours runs alone) and,
for the doors, ``wrk``. Prints ratios of the same run: below 1, ours is cheaper or quicker.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from benchmarks.moleculer import calls, doors
from benchmarks.moleculer.peer import PeerMissing, installed

EXAMPLES = """examples:
  python -m benchmarks.moleculer
  python -m benchmarks.moleculer --only remote --rounds 7
  python -m benchmarks.moleculer --format json > figures.json
"""
PARTS = ("local", "remote", "doors")
Figures = dict[str, dict[str, float]]


def ratios(figures: dict[str, Figures]) -> dict[str, float]:
    """Ours against theirs, of what was measured."""
    pairs = [
        ("local", "cpu_us", "seamline, use(Adder).add", "moleculer, guarded"),
        ("local", "cpu_us", "seamline, use(Adder).add", "moleculer, bare"),
        ("remote", "wall_us", "seamline, signed HTTP", "raw http.client"),
    ]
    for kind in ("guarded", "bare"):
        pairs += [
            ("remote", "wall_us", "seamline, signed HTTP", f"moleculer, {kind}, 1 at once"),
            ("remote", "cpu_us", "seamline, signed HTTP", f"moleculer, {kind}, 1 at once"),
            ("remote", "cpu_us", "seamline, signed HTTP", f"moleculer, {kind}, {calls.MANY} at once"),
        ]
        for what in ("one answer", "three in parallel"):
            pairs += [
                ("doors", "cpu_us", f"seamline: {what}", f"moleculer-web, {kind}: {what}"),
                ("doors", "cpu_us", f"seamline: {what}", f"moleculer-web, {kind}: {what}, our backend"),
            ]
        pairs.append(("doors", "p50_ms", "seamline: slow-parallel", f"moleculer-web, {kind}: slow-parallel"))
    pairs += [
        ("doors", "cpu_us", "seamline: three in parallel", "seamline: three in turn"),
        ("doors", "p50_ms", "seamline: three in parallel", "seamline: three in turn"),
        ("doors", "p50_ms", "seamline: slow-parallel", "seamline: slow-turn"),
    ]
    found: dict[str, float] = {}
    for part, key, ours, theirs in pairs:
        each = figures.get(part, {})
        if ours in each and theirs in each:
            found[f"{key:<8} {ours} / {theirs}"] = round(each[ours][key] / each[theirs][key], 2)
    return found


def machine(folder: Path | None) -> dict[str, Any]:
    """What the figures depend on."""
    node = None
    if folder is not None:
        node = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {"cpus": os.cpu_count(), "python": platform.python_version(), "node": node, "load": os.getloadavg()[0]}


def _costs(costs: dict[str, calls.Cost]) -> Figures:
    return {
        name: {
            "wall_us": round(cost.wall_us, 3),
            "cpu_us": round(cost.cpu_us, 3),
            "per_second": round(cost.per_second),
        }
        for name, cost in costs.items()
    }


def main() -> int:
    """Measure and print; exit 0, or 2 where a program is missing without which nothing can be measured."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.moleculer",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5, help="medians are of so many (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=2, help="of load on a door in each round (default: %(default)s)")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone; may be given again")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args()
    parts = options.only or PARTS
    if "doors" in parts and not shutil.which("wrk"):
        print(
            "wrk is not on PATH: apt-get install wrk, or leave the doors out (--only local --only remote).",
            file=sys.stderr,
        )
        return 2
    folder: Path | None = None
    try:
        folder = installed()
    except PeerMissing as missing:
        print(missing, file=sys.stderr)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    figures: dict[str, Figures] = {}
    if "local" in parts:
        figures["local"] = _costs(calls.local(folder, rounds=options.rounds, calls=50_000))
    if "remote" in parts:
        figures["remote"] = _costs(calls.remote(folder, rounds=options.rounds, calls=1_000))
    if "doors" in parts:
        with tempfile.TemporaryDirectory(prefix="seamline-bench-") as logs, doors.doors(folder, Path(logs)) as asked:
            figures["doors"] = doors.measure(asked, rounds=max(1, options.rounds // 2), seconds=options.seconds)
    found = ratios(figures)
    if options.format == "json":
        print(json.dumps({"machine": machine(folder), "figures": figures, "ratios": found}, indent=2))
        return 0
    print(", ".join(f"{name} {value}" for name, value in machine(folder).items()))
    for part, each in figures.items():
        print(f"\n{part}")
        for name, values in each.items():
            print(f"  {name:<58}" + "".join(f" {key} {value:>10,.2f}" for key, value in values.items()))
    print("\nours / theirs; below 1, ours is cheaper or quicker")
    for name, ratio in found.items():
        print(f"  {ratio:6.2f}  {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
