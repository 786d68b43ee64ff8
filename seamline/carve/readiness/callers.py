"""Which operations a running process has recorded to call the module, or to be called by it, and how often each time.

From the text of its ``/metrics``: a pair that talks much is an N+1 that no loop in the source shows. Only values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

from seamline.carve.readiness.findings import Level, Reason
from seamline.metrics.calls import ENTRY

CHATTY = 3.0
"""Calls of one operation by one call of another, on average, after which the pair is chatty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Since the process began. Pairs are (caller, operation); seconds are upper bounds of the histogram's cells."""

    pairs: dict[tuple[str, str], int]
    calls: dict[str, int]
    median_seconds: dict[str, float]


def parsed(text: str) -> Recorded:
    """What an exposition in Prometheus' text format says of calls.

    :raises ValueError: it is none.
    """
    pairs: dict[tuple[str, str], int] = {}
    calls: Counter[str] = Counter()
    cells: dict[str, Counter[float]] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = sample.labels
            if sample.name == "seamline_calls_by_caller_total":
                pairs[labels["caller"], labels["operation"]] = int(sample.value)
            elif sample.name == "seamline_calls_total":
                calls[labels["operation"]] += int(sample.value)
            elif sample.name == "seamline_call_seconds_bucket" and labels["outcome"] == "answered":
                cells.setdefault(labels["operation"], Counter())[float(labels["le"])] += int(sample.value)
    medians = {}
    for operation, counts in cells.items():
        half = max(counts.values()) / 2
        medians[operation] = min(bound for bound, count in counts.items() if count >= half)
    return Recorded(pairs=pairs, calls=dict(calls), median_seconds=medians)


def caller_reasons(text: str, module: str, *, hop: float) -> Iterator[Reason]:
    """Each recorded pair over the new boundary, the busiest first.

    What enters the monolith (pages, the API) and calls the module's own operations may be the module's own API; it is
    told, and blamed on nobody.

    :param text: the exposition.
    :param hop: seconds that a round trip to the process took.
    """
    recorded = parsed(text)
    for (caller, operation), count in sorted(recorded.pairs.items(), key=lambda pair: -pair[1]):
        if operation.startswith(f"{module}.") == caller.startswith(f"{module}."):
            continue
        made = recorded.calls.get(caller, 0)
        each = count / made if made and caller != ENTRY else 0.0
        local = recorded.median_seconds.get(operation)
        chatty = each >= CHATTY
        figure = f"{count:,} calls" + (f", p50 <= {local * 1000:g} ms here" if local is not None else "")
        trips = f"{each:.1f} round trips each time" if each else "a round trip"
        yield Reason(
            id="P143" if chatty else "P142",
            level=Level.WARNING if chatty else Level.NOTE,
            text=f"Pages, the API, jobs or handlers call {operation}."
            if caller == ENTRY
            else f"{caller} calls {operation}" + (f" {each:.1f} times for each call of its own." if chatty else "."),
            evidence=f"{figure}; + {max(1.0, each) * hop * 1000:.2f} ms for {trips}",
            advice="Ask once for all, by an operation that takes a tuple." if chatty else "",
        )
