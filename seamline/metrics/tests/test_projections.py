"""What Prometheus is told of projections: changed code, rebuilds that were made, and one that rests half way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.events.tests.sample import sell
from seamline.metrics.exposition import exposition
from seamline.projections import RebuildFailed, is_rebuilding, rebuild
from seamline.projections.tests import ledger
from seamline.projections.tests.conftest import _books, books  # noqa: F401 - fixtures
from seamline.projections.tests.ledger import NAME

pytestmark = pytest.mark.usefixtures("books")


def told() -> dict[str, float]:
    families = text_string_to_metric_families(exposition("")[0].decode())
    samples = [each for family in families for each in family.samples if each.labels.get("projection") == NAME]
    return {each.name.removeprefix("seamline_projection_"): each.value for each in samples}


def test_changed_code_and_rebuilds_are_told() -> None:
    sell(*range(6))
    drain()
    assert told() == {"code_changed": 0, "rebuilds_total": 0}
    sample.host(ledger.projection(version=2))
    assert told() == {"code_changed": 1, "rebuilds_total": 0}
    rebuild(NAME)
    assert told() == {"code_changed": 0, "rebuilds_total": 1}


def test_rebuild_that_rests_is_told_with_how_far_it_came() -> None:
    sell(*range(6))
    drain()

    def refuse(deliveries: Sequence[Any]) -> None:
        if is_rebuilding() and any(each.event.number == 3 for each in deliveries):
            raise ValueError("refused")

    ledger.behaviour["keep"] = refuse
    with pytest.raises(RebuildFailed):
        rebuild(NAME)
    found = told()
    assert found.pop("rebuild_events_per_second") > 0
    assert found.pop("rebuild_running") in (0, 1)  # its lock ends a moment after its session
    assert {name: value for name, value in found.items() if name.startswith("rebuild_")} == {
        "rebuild_failed": 1,
        "rebuild_handled_events": 3,
        "rebuild_wanted_events": 6,
    }
