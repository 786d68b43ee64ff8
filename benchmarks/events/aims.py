"""The aims of the benchmark, and whether this run met them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from benchmarks.events.report import Figures


def verdicts(tables: Sequence[Figures]) -> list[str]:
    """A line for each aim that the tables can tell of."""
    lines = []
    for table in tables:
        ours = [name for name in table.values if name.startswith("ours")]
        if "events/s" in table.title and "plain Celery" in table.values:
            for name in ours:
                ratio = statistics.median(table.ratios(name, "plain Celery"))
                lines.append(_line(f"{table.title}: {name}", f"{ratio:.1f} x plain Celery", ">= 5 x", ratio >= 5))
        elif "foreign" in table.title and "p99" in table.title:
            for name in ours:
                value = table.median(name)
                lines.append(_line(f"{table.title}: {name}", f"{value:.1f}", "< 50", value < 50))
        elif "p50" in table.title and "foreign" not in table.title:
            for name in ours:
                value = table.median(name)
                lines.append(_line(f"{table.title}: {name}", f"{value:.1f}", "< 10", value < 10))
        elif table.title.startswith("append"):
            for name in sorted({name.partition(":")[0] for name in table.values}):
                ratio = table.against(name)
                lines.append(_line(f"{table.title}: {name}", f"{ratio:.2f} x the row alone", ">= 0.7 x", ratio >= 0.7))
    return lines


def _line(what: str, value: str, aim: str, met: bool) -> str:
    return f"{'met ' if met else 'MISSED'} {what}: {value} (aim {aim})"
