"""The breakers of this process as Prometheus' families: in which state each is, and the calls that it turned away."""

from __future__ import annotations

import os
from collections.abc import Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from seamline.resilience.breaker import BreakerState
from seamline.resilience.breakers import all_breakers, transitions


def breaker_families() -> Iterator[Metric]:
    """State, refused calls and changes of state, by callee and process."""
    process = str(os.getpid())
    state = GaugeMetricFamily(
        "seamline_breaker_state", "1 for the state in which the breaker is", labels=("callee", "state", "process")
    )
    refused = CounterMetricFamily(
        "seamline_breaker_refused", "Calls that the breaker turned away", labels=("callee", "process")
    )
    for breaker in all_breakers():
        seen = breaker.snapshot()
        for each in BreakerState:
            state.add_metric((seen.name, each.value, process), each is seen.state)
        refused.add_metric((seen.name, process), seen.refused)
    changed = CounterMetricFamily(
        "seamline_breaker_transitions", "Changes of state", labels=("callee", "after", "process")
    )
    for (name, after), count in transitions().items():
        changed.add_metric((name, after.value, process), count)
    yield from (state, refused, changed)
