"""The text that Prometheus reads, made anew for each scrape. A database out of reach is told, not a failed scrape."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import Error
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from seamline.metrics import families, process
from seamline.metrics.breakers import breaker_families
from seamline.metrics.calls import call_families
from seamline.metrics.projections import projection_families
from seamline.metrics.state import event_state

logger = logging.getLogger(__name__)


class _Collector(Collector):
    def collect(self) -> Iterator[Metric]:
        readable = GaugeMetricFamily(
            "seamline_events_readable", "1 where the state of events could be read from all databases"
        )
        try:
            found = (*families.families(event_state()), *projection_families())
        except Error as error:
            logger.warning("The state of events cannot be read for Prometheus: %s", error)
            found = ()
        readable.add_metric((), bool(found))
        yield from (readable, *found, *process.families(), *call_families(), *breaker_families())


def exposition(accept: str) -> tuple[bytes, str]:
    """All metrics, and their content type: OpenMetrics where the scraper accepts it, else Prometheus' text format.

    :param accept: the request's ``Accept`` header.
    """
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector())
    encoder, content_type = choose_encoder(accept)
    return encoder(registry), content_type
