"""What plain events told is read back as of any time, by key or by a line, also when they lie in the archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from seamline.events.tests.sample import SHOP, Renamed, Sold, sell
from seamline.eventsourcing import Histories, HistoryType, Line, UnknownAggregate, differences
from seamline.history.archiving import archive

pytestmark = pytest.mark.usefixtures("shop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sales:
    """How much was sold."""

    units: int = 0
    items: tuple[str, ...] = ()


def evolve(sales: Sales, event: Sold | Renamed, item: str) -> Sales:
    if isinstance(event, Sold):
        return Sales(units=sales.units + event.number, items=(*sales.items, item))
    return sales


def history(**changes: Any) -> Histories[Sales]:
    return Histories(
        HistoryType(
            module=SHOP, name="sales", events=(Sold, Renamed), state=Sales, initial=Sales, evolve=evolve, **changes
        )
    )


def test_known_is_what_had_been_told_by_then() -> None:
    sell(1, 2)
    between = datetime.now(UTC)
    sell(10)
    sell(100, item="plum")
    pears = history()
    assert (pears.get("pear").state.units, pears.get("pear").version) == (13, 3)
    assert pears.get("pear", as_of=between).state.units == 3
    assert pears.get("pear", as_of=1).state.units == 1
    assert [each.version for each in pears.histories(["pear", "plum", "fig"])["plum"]] == [1]
    with pytest.raises(UnknownAggregate, match=r"sample_shop\.sales fig"):
        pears.get("fig")
    with pytest.raises(UnknownAggregate):
        pears.get("pear", as_of=between - timedelta(hours=1))


def test_archived_events_count_too(tmp_path: Path, settings: Any) -> None:
    settings.SEAMLINE_ARCHIVE_DIR = tmp_path
    sell(1, 2)
    sell(50, item="plum")
    archive(SHOP, before=datetime.now(UTC) + timedelta(seconds=1))
    sell(4)
    assert history().get("pear").state.units == 7
    assert history().get("pear", as_of=2).state.units == 3
    assert history().get("plum").state.units == 50


def test_events_that_name_it_in_a_list_are_found() -> None:
    line = history(line=Line(list="lines", field="sku"))
    assert not line.histories(["pear"])
    sell(1)
    assert line.get("pear").version == 1


def test_differences_name_each_value_that_changed() -> None:
    before, after = Sales(units=1, items=("a",)), Sales(units=2, items=("a", "b"))
    assert [(each.field, each.before, each.after) for each in differences(before, after)] == [
        ("items[1]", None, "b"),
        ("units", 1, 2),
    ]
    assert differences(after, after) == ()


def test_history_of_another_modules_events_is_refused() -> None:
    with pytest.raises(ValueError, match=r"another\.sales"):
        HistoryType(module="another", name="sales", events=(Sold,), state=Sales, initial=Sales, evolve=evolve)
