"""Events arrive at real brokers: all of them, in order for each key, as sound CloudEvents, whatever is killed."""

from __future__ import annotations

from datetime import UTC, datetime

from seamline.data import atomic
from seamline.events import drain, lag, publish
from seamline.events.tests import sample
from seamline.events.tests.sample import sell
from seamline.externalise.tests.receiving import Receiver, payload


def test_all_events_arrive_in_the_order_of_each_key(target: Receiver) -> None:
    target.host()
    for number in range(0, 300, 3):
        with atomic(sample.SHOP):
            publish(*(sample.Sold(item=f"item {(number + more) % 7}", number=number + more) for more in range(3)))
    drain()
    target.take()
    assert sorted(target.numbers()) == list(range(300))
    for item in range(7):
        assert target.numbers(f"item {item}") == list(range(item, 300, 7))


def test_what_arrives_is_a_sound_cloud_event(target: Receiver) -> None:
    target.host()
    before = datetime.now(UTC)
    sell(5, item="pear")
    drain()
    target.take()
    (event,) = target.received
    assert event.get_specversion() == "1.0"
    assert event.get_source() == "/seamline/sample_shop"
    assert event.get_type() == "sample_shop.sold"
    assert event.get_subject() == event.get_extension("partitionkey") == "pear"
    assert event.get_datacontenttype() == "application/json"
    time = event.get_time()
    assert time is not None
    assert before <= time <= datetime.now(UTC)
    assert int(event.get_extension("sequence")) > 0
    assert event.get_extension("schemaversion") == "1"
    assert payload(event) == {"item": "pear", "number": 5}


def test_only_the_events_leave_that_the_url_names_from_the_source_that_it_names(target: Receiver) -> None:
    target.host(options="start=beginning&event=sample_shop.sold&source=https://shop.example/events")
    with atomic(sample.SHOP):
        publish(sample.Renamed(item="pear"), sample.Sold(item="pear", number=1))
    drain()
    target.take()
    (event,) = target.received
    assert event.get_type() == "sample_shop.sold"
    assert event.get_source() == "https://shop.example/events/sample_shop"
    assert lag()[0].events == 0


def test_a_new_target_begins_now_unless_its_url_says_otherwise(target: Receiver) -> None:
    sell(1)
    target.host(options="start=now")
    drain()
    sell(2)
    drain()
    target.take()
    assert target.numbers() == [2]
