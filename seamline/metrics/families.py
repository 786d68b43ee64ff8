"""The metrics of Prometheus that tell the state of events: names, units, help texts, and how each is filled.

Every process of a deployable answers the same here; what differs between them is in ``process``. Labels are few and
come from manifests, so that no series is made for each event or key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from seamline.events import Lag
from seamline.metrics.state import EventState

_LABELS = ("subscription", "publisher", "partition")

_GAUGES: dict[str, tuple[str, Callable[[Lag], float]]] = {
    "lag_events": (
        "Wanted events behind the checkpoint; an estimate beyond some thousands",
        lambda state: state.events,
    ),
    "lag_seconds": ("Age of the oldest wanted event behind the checkpoint, 0 without any", lambda state: state.seconds),
    "lag_estimated": ("1 where lag_events is an estimate", lambda state: state.estimated),
    "rate_events_per_second": ("Events dealt with a second, averaged over a minute", lambda state: state.rate),
    "position": ("The checkpoint: position in the publisher's log", lambda state: state.position or 0),
    "parked_events": ("Events that failed too often and wait for an operator", lambda state: state.parked),
    "retrying_events": ("Events that failed and are tried again", lambda state: state.retrying),
    "waiting_events": ("Events that wait behind a failed one of their key", lambda state: state.waiting),
    "failing_since_timestamp_seconds": (
        "First failure of the oldest event that is retried or parked, 0 without any",
        lambda state: state.failing_since.timestamp() if state.failing_since else 0.0,
    ),
    "moved_timestamp_seconds": (
        "When the checkpoint moved last, 0 before it began",
        lambda state: state.moved_at.timestamp() if state.moved_at else 0.0,
    ),
    "leased": ("1 while a worker is in the middle of a backlog", lambda state: state.lease_owner is not None),
    "paused": ("1 while an operator has paused it", lambda state: state.paused),
    "reachable": ("1 where the publisher's log can be read; lag is unknown otherwise", lambda state: state.reachable),
}
_COUNTERS: dict[str, tuple[str, Callable[[Lag], float]]] = {
    "handled": ("Events dealt with; those that were put aside count too", lambda state: state.handled),
    "failures": ("Failed attempts", lambda state: state.failures),
}
_UNKNOWN_OUT_OF_REACH = ("lag_events", "lag_seconds", "lag_estimated")


def families(state: EventState) -> Iterator[Metric]:
    """All metrics that tell the state."""
    for name, (text, value) in _GAUGES.items():
        gauge = GaugeMetricFamily(f"seamline_subscription_{name}", text, labels=_LABELS)
        for each in state.partitions:
            if each.reachable or name not in _UNKNOWN_OUT_OF_REACH:
                gauge.add_metric(_labels(each), float(value(each)))
        yield gauge
    for name, (text, value) in _COUNTERS.items():
        counter = CounterMetricFamily(f"seamline_subscription_{name}", text, labels=_LABELS)
        for each in state.partitions:
            counter.add_metric(_labels(each), float(value(each)))
        yield counter
    yield from _of_logs(state)


def _labels(state: Lag) -> tuple[str, str, str]:
    return state.subscription, state.publisher, str(state.partition)


def _of_logs(state: EventState) -> Iterator[Metric]:
    head = GaugeMetricFamily("seamline_log_head_position", "Position of the log's last event", labels=("publisher",))
    appended = CounterMetricFamily(
        "seamline_log_appended",
        "Positions of the log that were given out; those of rolled back transactions count too",
        labels=("publisher",),
    )
    writers = GaugeMetricFamily(
        "seamline_log_open_writers", "Open transactions that have written events", labels=("publisher",)
    )
    longest = GaugeMetricFamily(
        "seamline_log_open_writer_seconds",
        "How long the oldest open transaction that has written events is open; readers wait for it",
        labels=("publisher",),
    )
    for log in state.logs:
        ages = [writer.seconds for writer in state.open_writers if writer.publisher == log.publisher]
        head.add_metric((log.publisher,), log.head)
        appended.add_metric((log.publisher,), log.head)
        writers.add_metric((log.publisher,), len(ages))
        longest.add_metric((log.publisher,), max(ages, default=0.0))
    yield from (head, appended, writers, longest)
