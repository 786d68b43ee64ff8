"""Projections as Prometheus' families: whether today's code made the live rows, and rebuilds under way.

They come from the databases, so that every process answers the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from seamline.projections.rebuild import Rebuild
from seamline.projections.status import states

_LABELS = ("projection",)
_OF_REBUILD: dict[str, tuple[str, Callable[[Rebuild], float]]] = {
    "running": ("1 while somebody works on the rebuild", lambda found: found.is_running),
    "failed": ("1 where the handler failed at an event and the rebuild rests", lambda found: bool(found.error)),
    "wanted_events": ("Events there were to take in when it began", lambda found: found.wanted),
    "handled_events": ("Events that the new rows are made of", lambda found: found.handled),
    "events_per_second": ("Events taken in a second, over all of it", lambda found: found.rate),
}


def projection_families() -> Iterator[Metric]:
    """One series for each hosted projection, and for each that is being made anew.

    :raises django.db.Error: a database cannot be reached.
    """
    found = states()
    changed = GaugeMetricFamily(
        "seamline_projection_code_changed", "1 where other code made the live rows", labels=_LABELS
    )
    rebuilt = CounterMetricFamily("seamline_projection_rebuilds", "Times that it was made anew", labels=_LABELS)
    for state in found:
        changed.add_metric((state.name,), state.has_changed)
        rebuilt.add_metric((state.name,), state.record.rebuilds if state.record is not None else 0)
    yield from (changed, rebuilt)
    for name, (text, value) in _OF_REBUILD.items():
        gauge = GaugeMetricFamily(f"seamline_projection_rebuild_{name}", text, labels=_LABELS)
        for state in found:
            if state.rebuild is not None:
                gauge.add_metric((state.name,), float(value(state.rebuild)))
        yield gauge
