"""Figures by contender and round, and the ratios between them. Absolute values mean nothing on another machine."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Progress = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Figures:
    """One table: a value for each contender and round."""

    title: str
    rounds: int
    values: dict[str, list[float]] = field(default_factory=dict)
    notes: dict[str, set[str]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        """The value of the next round."""
        self.values.setdefault(name, []).append(value)

    def note(self, name: str, text: str) -> None:
        """Something that went wrong in a round."""
        if text:
            self.notes.setdefault(name, set()).add(text)

    def last(self, name: str) -> float:
        """The value of the last round."""
        return self.values[name][-1]

    def median(self, name: str) -> float:
        """Over the rounds."""
        return statistics.median(self.values[name])

    def ratios(self, name: str, reference: str) -> list[float]:
        """Against the reference, round by round."""
        pairs = zip(self.values.get(name, ()), self.values.get(reference, ()), strict=False)
        return [value / other for value, other in pairs]

    def against(self, contender: str) -> float:
        """Of an append table: the median of row and event against the row alone."""
        return statistics.median(self.ratios(f"{contender}: row + event", f"{contender}: row alone"))

    def as_json(self, references: tuple[str, ...]) -> dict[str, Any]:
        """All values, and the median ratio to each reference."""
        return {
            "title": self.title,
            "contenders": {
                name: {
                    "median": round(self.median(name), 3),
                    "rounds": [round(value, 3) for value in values],
                    "ratios": {
                        reference: round(statistics.median(ratios), 3)
                        for reference in references
                        if (ratios := self.ratios(name, reference))
                    },
                    "wrong": sorted(self.notes.get(name, ())),
                }
                for name, values in self.values.items()
            },
        }

    def as_text(self, references: tuple[str, ...]) -> str:
        """A table with a line for each contender: median, and the ratio to each reference with its range."""
        lines = [f"\n{self.title}, median of {self.rounds}"]
        for name in self.values:
            line = f"  {name:34} {self.median(name):10.1f}"
            for reference in references:
                if ratios := self.ratios(name, reference):
                    middle, low, high = statistics.median(ratios), min(ratios), max(ratios)
                    line += f"   {middle:6.2f} x {reference} ({low:.2f}-{high:.2f})"
            if name in self.notes:
                line += "   WRONG: " + "; ".join(sorted(self.notes[name]))
            lines.append(line)
        return "\n".join(lines)
