"""Calls of this process as Prometheus' families: how many ended how, and how long they took."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily

from seamline.calls.measures import BUCKETS, callers, measured

LABELS = ("operation", "outcome")
ENTRY = "entry"
"""The caller where no operation is served: a page, the API, a job or a handler."""


def call_families() -> Iterator[Metric]:
    """One counter and one histogram, by operation and outcome; and a counter by caller."""
    calls = CounterMetricFamily("seamline_calls", "Calls of contracts made by this process", labels=LABELS)
    seconds = HistogramMetricFamily("seamline_call_seconds", "How long they took", labels=LABELS)
    for each in measured():
        labels = (each.operation, each.outcome.name.lower())
        calls.add_metric(labels, each.calls)
        bounds = (*map(str, BUCKETS), "+Inf")
        seconds.add_metric(labels, list(zip(bounds, accumulate(each.buckets), strict=True)), sum_value=each.seconds)
    pairs = CounterMetricFamily(
        "seamline_calls_by_caller", "Calls by the operation that made them", labels=("caller", "operation")
    )
    for caller, operation, count in callers():
        pairs.add_metric((caller or ENTRY, operation), count)
    yield calls
    yield seconds
    yield pairs
