"""What differs between the processes of a deployable: its threads, memory and processor time, labelled by process."""

from __future__ import annotations

import os
import threading
from collections import Counter
from collections.abc import Iterator

from prometheus_client import Metric, ProcessCollector
from prometheus_client.core import GaugeMetricFamily

KINDS = ("lane", "job", "signals", "left_behind")
"""Kinds of threads: the second word of their names, or ``left_behind`` for a lane that hangs and has been replaced."""

_collector = ProcessCollector(registry=None)


def families() -> Iterator[Metric]:
    """Metrics of this process alone."""
    process = str(os.getpid())
    threads = GaugeMetricFamily(
        "seamline_dispatcher_threads",
        "Live threads that deliver events and run jobs; those left behind hang in a handler",
        labels=("process", "kind"),
    )
    alive = Counter(_kind(thread) for thread in threading.enumerate())
    for kind in sorted({*KINDS, *alive} - {""}):
        threads.add_metric((process, kind), alive[kind])
    yield threads
    for metric in _collector.collect():
        labelled = Metric(metric.name, metric.documentation, metric.type, metric.unit)
        for sample in metric.samples:
            labelled.add_sample(sample.name, {**sample.labels, "process": process}, sample.value)
        yield labelled


def _kind(thread: threading.Thread) -> str:
    framework, _, rest = thread.name.partition(" ")
    if framework != "seamline":
        return ""
    return "left_behind" if rest.endswith("(left behind)") else rest.partition(" ")[0]
