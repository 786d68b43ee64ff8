"""How the actions of ``manage.py projections`` show rebuilds and comparisons, and report progress. No action here."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any

import msgspec

from seamline.management.events.output import Output
from seamline.projections import Outcome, Rebuild, Step, Watching, projections, rebuilds

SHOW_EVERY = 2.0
_STEPS = {
    Step.FILLING: "filling new tables",
    Step.INDEXING: "making the indexes that only readers need",
    Step.COMPARING: "comparing every row",
    Step.SWAPPING: "exchanging the tables",
    Step.DROPPING: "dropping the old tables",
}


class Progress:
    """Says how a rebuild goes on, every other second at most."""

    def __init__(self, output: Output, name: str) -> None:
        self._output = output
        self._name = name
        self._module = next(iter(projections(name)))[0]
        self._shown = time.monotonic()

    @property
    def watching(self) -> Watching:
        return Watching(step=self._step, handled=self._handled)

    def _step(self, step: Step) -> None:
        self._output.progress(f"{self._name}: {_STEPS[step]}")

    def _handled(self, handled: int) -> None:
        if time.monotonic() - self._shown >= SHOW_EVERY and (found := rebuilds(self._module).get(self._name)):
            self._shown = time.monotonic()
            self._output.progress(f"{self._name}: {pace(found)}")


def pace(rebuild: Rebuild) -> str:
    """How far a rebuild is, how fast, and how long it may take."""
    left = rebuild.seconds_left
    share = f"{min(100, 100 * rebuild.handled // rebuild.wanted)}%" if rebuild.wanted else ""
    parts = [
        f"{rebuild.handled:,} of about {max(rebuild.wanted, rebuild.handled):,} events",
        share,
        f"{rebuild.rate:,.0f}/s" if rebuild.rate else "",
        "" if left is None or rebuild.step is not Step.FILLING else f"{left:,.0f} s left",
    ]
    return ", ".join(part for part in parts if part)


def show_outcome(outcome: Outcome, output: Output) -> None:
    """What a rebuild or a comparison came to."""
    output.json({**asdict(outcome), "is_equal": outcome.is_equal})
    rate = f" ({outcome.handled / outcome.seconds:,.0f}/s)" if outcome.seconds else ""
    output.line(f"{outcome.name} version {outcome.version}: {outcome.handled:,} events{rate}")
    if outcome.not_compared:
        output.line(f"  not compared: {outcome.not_compared}")
    for each in outcome.comparisons:
        verdict = (
            "all equal"
            if each.is_equal
            else f"{each.different:,} differ, {each.only_live:,} only live, {each.only_rebuilt:,} only rebuilt"
        )
        output.line(f"  {each.table}: {each.live:,} live rows, {each.rebuilt:,} rebuilt: {verdict}")
        for example in each.examples:
            output.line(f"    live    {_text(example['live'])}")
            output.line(f"    rebuilt {_text(example['rebuilt'])}")
    if outcome.swapped:
        output.line("  the rebuilt rows are live")


def _text(row: Any) -> str:
    return "-" if row is None else msgspec.json.encode(row).decode()
