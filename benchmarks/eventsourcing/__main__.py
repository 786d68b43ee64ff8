"""``python -m benchmarks.eventsourcing``: appends and rebuilds, ours against ``eventsourcing`` and bare SQL.

All in one run on one throw-away PostgreSQL. Rounds alternate between the contenders; what counts is the ratio within a
round, of which the median is printed with its range.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from benchmarks.events.child import Child
from benchmarks.events.servers import OURS, Servers, servers

PROGRAMS = "benchmarks.eventsourcing"
LIFE = 100
"""Saves of one aggregate."""
AIM_PEER, AIM_FLOOR, AIM_REBUILD = 2.0, 1.5, 20.0
EPILOG = """
examples:
  python -m benchmarks.eventsourcing --peer-python PYTHON    all; PYTHON has eventsourcing[postgres] and msgspec
  python -m benchmarks.eventsourcing --quick                 a look, without a claim
  python -m benchmarks.eventsourcing --durable               every commit on disk

exit codes: 0 measured, whatever came out; 1 a contender failed; 2 wrong usage
"""
Rows = dict[str, dict[str, list[float]]]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.eventsourcing",
        description=__doc__,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--saves", type=int, default=600, help="of each contender in a round (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one round with few events")
    parser.add_argument("--durable", action="store_true", help="with fsync; default: without, as in tests")
    parser.add_argument("--peer-python", default=sys.executable, help="a Python that has eventsourcing[postgres]")
    parser.add_argument("--format", choices=["text", "json"], default="text")
    options = parser.parse_args()
    if options.rounds < 1 or options.saves < LIFE:
        parser.error(f"--rounds takes 1 or more, --saves {LIFE} or more")
    rounds, saves = (1, LIFE) if options.quick else (options.rounds, options.saves)
    with tempfile.TemporaryDirectory() as folder, servers(Path(folder), durable=options.durable) as running:
        pythons = {"ours": sys.executable, "raw": sys.executable, "peer": options.peer_python}
        if not _has_peer(options.peer_python):
            print("eventsourcing is left out: name a Python that has it with --peer-python", file=sys.stderr)
            del pythons["peer"]
        found = _appends(running, pythons, rounds=rounds, saves=saves)
        found |= _rebuilds(running, pythons, rounds=rounds)
    _report(found, as_json=options.format == "json")
    return 0


def _has_peer(python: str) -> bool:
    probe = [python, "-c", "import eventsourcing.postgres, msgspec"]
    return subprocess.run(probe, check=False, stderr=subprocess.DEVNULL).returncode == 0


def _start(running: Servers, name: str, python: str, stack: ExitStack) -> Child:
    environment = {**running.environment, **(OURS if name == "ours" else {})}
    child = stack.enter_context(Child(("-m", f"{PROGRAMS}.{name}"), environment=environment, python=python))
    child.wait("ready", timeout=60)
    return child


def _appends(running: Servers, pythons: dict[str, str], *, rounds: int, saves: int) -> Rows:
    found: Rows = {}
    with ExitStack() as stack:
        field = {name: [_start(running, name, python, stack) for _ in range(4)] for name, python in pythons.items()}
        first = 0
        for writers in (1, 4):
            for events in (1, 10):
                title = f"events/s, {events} a save, {writers} writer{'s' if writers > 1 else ''}"
                figures: dict[str, list[float]] = {name: [] for name in pythons}
                for turn in range(-1, rounds):
                    for name in _turned(list(pythons), turn):
                        children, started = field[name][:writers], time.perf_counter()
                        for child in children:
                            first += 1_000_000
                            child.send("append", first, saves // writers, events, LIFE)
                        for child in children:
                            child.wait()
                        rate = saves // writers * writers * events / (time.perf_counter() - started)
                        if turn >= 0:  # the first is for warming up
                            figures[name].append(rate)
                found[title] = figures
                print(f"{title}: {_shown(figures)}", file=sys.stderr)
    return found


def _rebuilds(running: Servers, pythons: dict[str, str], *, rounds: int) -> Rows:
    found: Rows = {}
    with ExitStack() as stack:
        field = {name: _start(running, name, python, stack) for name, python in pythons.items()}
        for events, times in ((1_000, 20), (10_000, 3)):
            for child in field.values():
                child.send("fill", events)
                child.wait()
            for title, command in (
                (f"ms, {events:,} events", "rebuild"),
                (f"ms, {events:,} events with a snapshot", "rebuild_kept"),
            ):
                names = [name for name in pythons if command == "rebuild" or name != "raw"]
                figures: dict[str, list[float]] = {name: [] for name in names}
                for turn in range(-1, rounds):
                    for name in _turned(names, turn):
                        started = time.perf_counter()
                        field[name].send(command, events, times)
                        field[name].wait()
                        if turn >= 0:
                            figures[name].append((time.perf_counter() - started) / times * 1_000)
                found[title] = figures
                print(f"{title}: {_shown(figures)}", file=sys.stderr)
    return found


def _turned(names: list[str], turn: int) -> list[str]:
    return names if turn % 2 else names[::-1]


def _shown(figures: dict[str, list[float]]) -> str:
    return ", ".join(f"{name} {median(values):,.1f}" for name, values in figures.items())


def _report(found: Rows, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, indent=1))
        return
    print("| what | ours | eventsourcing | bare SQL | ours against eventsourcing | ours against bare SQL | aims |")
    print("|---|---|---|---|---|---|---|")
    for title, figures in found.items():
        better: Callable[[float, float], float] = (
            (lambda ours, other: ours / other) if title.startswith("events/s") else (lambda ours, other: other / ours)
        )
        peer, floor = (_ratios(figures, name, better) for name in ("peer", "raw"))
        cells = [f"{median(figures[name]):,.1f}" if figures.get(name) else "" for name in ("ours", "peer", "raw")]
        cells += [_range(peer), _range(floor), _verdict(title, figures, peer, floor)]
        print(f"| {title} | {' | '.join(cells)} |")


def _ratios(figures: dict[str, list[float]], name: str, better: Callable[[float, float], float]) -> list[float]:
    return [better(ours, other) for ours, other in zip(figures["ours"], figures.get(name, []), strict=False)]


def _range(ratios: list[float]) -> str:
    return f"{median(ratios):.2f} x ({min(ratios):.2f} to {max(ratios):.2f})" if ratios else ""


def _verdict(title: str, figures: dict[str, list[float]], peer: list[float], floor: list[float]) -> str:
    aims = []
    if peer and title.startswith("events/s"):
        aims.append(("2 x the peer", median(peer) >= AIM_PEER))
    if floor and title.startswith("ms"):
        aims.append(("1.5 x of the floor", median(floor) >= 1 / AIM_FLOOR))
    if title == "ms, 10,000 events":
        aims.append(("20 ms", median(figures["ours"]) <= AIM_REBUILD))
    return ", ".join(f"{name}: {'met' if met else 'missed'}" for name, met in aims)


if __name__ == "__main__":
    sys.exit(main())
