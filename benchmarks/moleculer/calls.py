"""Local and remote calls, ours and Moleculer's in turn: calls a second and processor time a call.

Moleculer's caller is asked with one call under way and with 64, as its loop is made for many. Ours is one thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import guarded_call, remote_call
from benchmarks.gateway import cpu_seconds
from benchmarks.moleculer.peer import Process, running
from seamline.embedded.ports import free_port

KINDS = ("bare", "guarded")
MANY = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one call, in microseconds: wall clock, and processor time of caller and callee together."""

    wall_us: float
    cpu_us: float

    @property
    def per_second(self) -> float:
        """Calls a second."""
        return 1e6 / self.wall_us


def local(folder: Path | None, *, rounds: int, calls: int) -> dict[str, Cost]:
    """A call inside one process, bare and with its policies."""
    functions = guarded_call.contenders()
    asked: dict[str, Callable[[], Cost]] = {
        "seamline, bare method": lambda: _ours(functions["bare method call"], calls),
        "seamline, use(Adder).add": lambda: _ours(functions["seamline use(Adder).add"], calls),
    }
    with ExitStack() as stack:
        if folder is not None:
            for kind in KINDS:
                (process,) = stack.enter_context(running(folder, ("caller.js", "local", kind)))
                asked[f"moleculer, {kind}"] = partial(_theirs, process, calls, 1)
        return _medians(asked, rounds)


def remote(folder: Path | None, *, rounds: int, calls: int) -> dict[str, Cost]:
    """A call to another process on this machine."""
    with ExitStack() as stack:
        port, served = stack.enter_context(remote_call.server())
        functions = remote_call.contenders(port)
        asked: dict[str, Callable[[], Cost]] = {
            "raw http.client": lambda: _ours(functions["raw http.client"], calls, served),
            "seamline, signed HTTP": lambda: _ours(functions["use(Adder).add over HTTP"], calls, served),
        }
        for kind in KINDS:
            if folder is None:
                break
            urls = f"127.0.0.1:{free_port()}/service,127.0.0.1:{free_port()}/caller"
            service, caller = stack.enter_context(
                running(folder, ("service.js", urls, kind), ("caller.js", "remote", kind, urls))
            )
            for at_once in (1, MANY):
                asked[f"moleculer, {kind}, {at_once} at once"] = partial(
                    _theirs,
                    caller,
                    calls if at_once == 1 else calls * 5,
                    at_once,
                    served=partial(cpu_seconds, service.pid),
                )
        return _medians(asked, rounds)


def _ours(function: Callable[[], object], calls: int, served: Callable[[], float] = lambda: 0.0) -> Cost:
    before, used, started = served(), time.process_time(), time.perf_counter()
    for _ in range(calls):
        function()
    wall, used = time.perf_counter() - started, time.process_time() - used
    return Cost(wall_us=wall / calls * 1e6, cpu_us=(used + served() - before) / calls * 1e6)


def _theirs(caller: Process, calls: int, at_once: int, *, served: Callable[[], float] = lambda: 0.0) -> Cost:
    before = served()
    told = caller.ask(calls, at_once)
    cpu = told["cpu"] + served() - before
    return Cost(wall_us=told["seconds"] / told["calls"] * 1e6, cpu_us=cpu / told["calls"] * 1e6)


def _medians(asked: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, Cost]:
    """All in turn in each round, so that what disturbs one disturbs all; a first round warms up and does not count."""
    seen: dict[str, list[Cost]] = {name: [] for name in asked}
    for _ in range(rounds + 1):
        for name, ask in asked.items():
            seen[name].append(ask())
    return {
        name: Cost(
            wall_us=statistics.median(each.wall_us for each in costs[1:]),
            cpu_us=statistics.median(each.cpu_us for each in costs[1:]),
        )
        for name, costs in seen.items()
    }
