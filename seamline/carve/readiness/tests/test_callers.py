"""Recorded pairs of calls over the new boundary are told with their figures, and the chatty ones blamed."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.registry import Collector

from seamline.calls.context import Call, Origin, current
from seamline.calls.measures import Outcome, record
from seamline.carve.readiness.callers import caller_reasons
from seamline.carve.readiness.findings import Level
from seamline.contract import Contract, query
from seamline.metrics.calls import call_families

EXPOSITION = """\
# TYPE seamline_calls counter
seamline_calls_total{operation="orders.place",outcome="answered"} 9
seamline_calls_total{operation="orders.place",outcome="failed"} 1
# TYPE seamline_call_seconds histogram
seamline_call_seconds_bucket{operation="catalog.product",outcome="answered",le="0.001"} 10
seamline_call_seconds_bucket{operation="catalog.product",outcome="answered",le="0.0025"} 60
seamline_call_seconds_bucket{operation="catalog.product",outcome="answered",le="+Inf"} 60
seamline_call_seconds_count{operation="catalog.product",outcome="answered"} 60
seamline_call_seconds_sum{operation="catalog.product",outcome="answered"} 0.1
# TYPE seamline_calls_by_caller counter
seamline_calls_by_caller_total{caller="orders.place",operation="catalog.product"} 50
seamline_calls_by_caller_total{caller="entry",operation="catalog.product"} 10
seamline_calls_by_caller_total{caller="entry",operation="payments.pay"} 7
seamline_calls_by_caller_total{caller="catalog.product",operation="catalog.prices"} 8
"""


def test_pair_that_talks_much_is_found_with_its_figures() -> None:
    found = list(caller_reasons(EXPOSITION, "catalog", hop=0.002))
    assert [(each.id, each.level) for each in found] == [("P143", Level.WARNING), ("P142", Level.NOTE)]
    assert found[0].text == "orders.place calls catalog.product 5.0 times for each call of its own."
    assert found[0].evidence == "50 calls, p50 <= 2.5 ms here; + 10.00 ms for 5.0 round trips each time"
    assert found[1].evidence == "10 calls, p50 <= 2.5 ms here; + 2.00 ms for a round trip"


def test_module_s_own_calls_cross_the_boundary_outwards() -> None:
    found = list(caller_reasons(EXPOSITION, "orders", hop=0.002))
    assert [each.text for each in found] == ["orders.place calls catalog.product 5.0 times for each call of its own."]


def test_module_that_nobody_called_has_no_pairs() -> None:
    assert list(caller_reasons(EXPOSITION, "customers", hop=0.002)) == []


class _Calls(Collector):
    def collect(self) -> Iterator[Metric]:
        return call_families()


class Paired(Contract, module="paired", version="1.0"):
    """Called by this test alone."""

    @query(timeout=1)
    def one(self) -> int:
        """One."""
        raise NotImplementedError


def test_what_a_process_records_of_a_caller_is_what_the_plan_reads() -> None:
    token = current.set(Call("pairing.many", 0.0, "", Origin(actor="system", correlation_id="")))
    try:
        for _ in range(4):
            record(Paired.operations["one"], 0.0004, Outcome.ANSWERED)
    finally:
        current.reset(token)
    registry = CollectorRegistry()
    registry.register(_Calls())
    (found,) = caller_reasons(generate_latest(registry).decode(), "paired", hop=0.002)
    assert found.text == "pairing.many calls paired.one."
    assert found.evidence.startswith("4 calls, p50 <= 0.5 ms here; + 2.00 ms")
