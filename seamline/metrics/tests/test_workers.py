"""Metrics of a deployable with several workers: each answers the same about events, and its own threads beside."""

from __future__ import annotations

import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from seamline.embedded.ports import free_port
from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.events.tests.feed_server import feed_server
from seamline.events.tests.sample import SHOP, sell
from seamline.testing.waiting import wait_until


def scraped(port: int) -> dict[str, list[tuple[dict[str, str], float]]]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
        return {family.name: [(each.labels, each.value) for each in family.samples] for family in families}


@pytest.mark.usefixtures("shop")
def test_every_worker_answers_the_same_and_labels_what_is_its_own() -> None:
    sell(1, 2, 3)
    port = free_port()
    heads: dict[str, float] = {}
    with feed_server(port, GRANIAN_WORKERS="2"):

        def both_answered() -> bool:
            found = scraped(port)
            process = found["process_resident_memory_bytes"][0][0]["process"]
            assert {labels["process"] for labels, _ in found["seamline_dispatcher_threads"]} == {process}
            heads[process] = next(
                value for labels, value in found["seamline_log_head_position"] if labels == {"publisher": SHOP}
            )
            return len(heads) == 2

        wait_until(both_answered, seconds=20, what="an answer of each worker")
    assert len(set(heads.values())) == 1
    assert min(heads.values()) >= 3
