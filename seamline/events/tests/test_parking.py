"""Redriving and discarding by filter: what is chosen, in which order it comes back, and who did it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings

from seamline.calls import acting_as
from seamline.events import ParkedStatus, discard, drain, parked, parked_groups, redrive
from seamline.events.signals import CHANNEL
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription

pytestmark = pytest.mark.usefixtures("shop")
BOOK = f"{LEDGER}.book"


def fail_if(condition: Callable[[str, int], bool]) -> None:
    def handle(delivery: Any) -> None:
        item, number = delivery.event.item, delivery.event.number
        if condition(item, number):
            raise ValueError(f"{item} {number} is refused")

    sample.behaviour["handle"] = handle


@pytest.fixture
def stuck() -> None:
    """Three keys with three events each, all of them failing; in four partitions."""
    sample.host(subscription(max_attempts=1, partitions=4))
    fail_if(lambda item, number: True)
    for number in (1, 2, 3):
        for item in ("pear", "plum", "fig"):
            sell(number, item=item)
    drain(allow_parked=True)


def test_redrive_brings_every_key_back_in_its_own_order(stuck: None) -> None:
    assert {(event.key, event.behind) for event in parked()} == {("pear", 2), ("plum", 2), ("fig", 2)}
    sample.behaviour.clear()
    redrive()
    drain()
    assert [effects(item) for item in ("pear", "plum", "fig")] == [[1, 2, 3]] * 3


def test_redriven_key_stops_at_the_next_that_fails_and_others_flow(stuck: None) -> None:
    fail_if(lambda item, number: (item, number) == ("pear", 2))
    redrive()
    drain(allow_parked=True)
    assert [effects(item) for item in ("pear", "plum", "fig")] == [[1], [1, 2, 3], [1, 2, 3]]
    (event,) = parked()
    assert (event.key, event.error, event.behind) == ("pear", "ValueError: pear 2 is refused", 1)
    sample.behaviour.clear()
    redrive(key="pear")
    drain()
    assert effects("pear") == [1, 2, 3]


def test_discarded_heads_let_the_rest_of_their_keys_follow_in_order(stuck: None) -> None:
    fail_if(lambda item, number: (item, number) == ("fig", 3))
    discard(reason="miscounted", key="pear")
    discard(reason="miscounted", key="fig")
    drain(allow_parked=True)
    assert [effects(item) for item in ("pear", "plum", "fig")] == [[2, 3], [], [2]]
    discard(reason="miscounted", error="fig 3")
    redrive()
    sample.behaviour.clear()
    drain()
    assert effects("fig") == [2]
    assert effects("plum") == [1, 2, 3]
    assert len(parked(statuses=(ParkedStatus.DISCARDED,))) == 3


def test_events_published_meanwhile_come_last(stuck: None) -> None:
    sell(4, item="pear")
    drain(allow_parked=True)
    sample.behaviour.clear()
    sell(5, item="pear")
    redrive(key="pear")
    drain(allow_parked=True)
    assert effects("pear") == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("choice", "keys"),
    [
        ({}, ["pear", "plum", "fig"]),
        ({"subscription": BOOK, "publisher": "sample_shop", "name": "sample_shop.sold"}, ["pear", "plum", "fig"]),
        ({"key": "plum"}, ["plum"]),
        ({"error": "FIG 1"}, ["fig"]),
        ({"error": "100%"}, []),
        ({"name": "sample_shop.renamed"}, []),
        ({"failed_before": datetime(2020, 1, 1, tzinfo=UTC)}, []),
        ({"failed_before": datetime.now(UTC) + timedelta(days=1)}, ["pear", "plum", "fig"]),
        ({"statuses": (ParkedStatus.RETRYING,)}, []),
    ],
)
def test_filters_choose_what_is_listed_and_counted(stuck: None, choice: dict[str, Any], keys: list[str]) -> None:
    assert [event.key for event in parked(**choice)] == keys
    assert sum(group.events for group in parked_groups(**choice)) == len(keys)
    assert sum(group.events for group in redrive(**choice, dry_run=True)) == len(keys)


def test_one_event_of_many_is_chosen_by_its_id_and_lists_are_bounded(stuck: None) -> None:
    chosen = parked()[1]
    assert parked(event_id=chosen.event_id) == (chosen,)
    assert parked(limit=2) == parked()[:2]
    discard(event_id=chosen.event_id, reason="one")
    assert chosen.event_id not in {event.event_id for event in parked()}
    assert len(parked()) == 2


def test_errors_that_differ_in_numbers_alone_are_counted_together() -> None:
    sample.host(subscription(max_attempts=1))

    def refuse(delivery: Any) -> None:
        raise ValueError(f"no row {delivery.event.number} for {delivery.event_id}")

    sample.behaviour["handle"] = refuse
    for number in range(3):
        sell(number, number, item=f"item {number}")
    drain(allow_parked=True)
    (group,) = parked_groups()
    assert (group.subscription, group.events, group.behind) == (BOOK, 3, 3)
    assert group.error == "ValueError: no row … for …"
    assert group.failing_since == min(event.first_failed_at for event in parked() if event.first_failed_at)


def test_who_acted_and_why_is_kept(stuck: None, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="seamline.events.parking")
    with acting_as("operator:ada"):
        redrive(key="pear", reason="the stock was counted")
        discard(key="plum", reason="a test order")
    drain(allow_parked=True)
    (again,) = parked(key="pear")
    (ended,) = parked(key="plum", statuses=(ParkedStatus.DISCARDED,))
    assert (again.status, again.actor, again.reason) == ("parked", "operator:ada", "the stock was counted")
    assert (ended.actor, ended.reason) == ("operator:ada", "a test order")
    assert ended.acted_at is not None
    assert f"operator:ada discarded 1 events of {BOOK} <- sample_shop: a test order" in caplog.text


def test_discarding_all_by_accident_is_refused(stuck: None) -> None:
    with pytest.raises(ValueError, match="needs a filter"):
        discard(reason="oops")
    with pytest.raises(ValueError, match="needs a filter"):
        discard(reason="oops", subscription=None)
    with pytest.raises(ValueError, match="those that wait follow by themselves"):
        discard(reason="oops", key="pear", statuses=(ParkedStatus.WAITING,))
    assert len(parked()) == 3


def test_whoever_delivers_is_told_also_where_the_publisher_is_elsewhere(
    stuck: None, shop_connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop_connection.autocommit = True
    shop_connection.execute(f"LISTEN {CHANNEL}")
    for places in (dict(settings.DATABASES), {name: settings.DATABASES[name] for name in ("default", LEDGER)}):
        with monkeypatch.context() as patched:
            patched.setattr(settings, "DATABASES", places)
            redrive(key="pear")
        heard = [each.payload for each in shop_connection.notifies(timeout=5, stop_after=1)]
        assert heard == [SHOP]
