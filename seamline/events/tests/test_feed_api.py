"""The feed's server through Django's client: what is answered, and that waiting is bounded."""

from __future__ import annotations

import time
from typing import Any

import psycopg
import pytest
from django.test import override_settings

from seamline.events.feed_api import long_poll
from seamline.events.tests import sample
from seamline.events.tests.feed_client import NAMES, PATH, ask, last_position, numbers, read
from seamline.testing.waiting import wait_until

pytestmark = pytest.mark.usefixtures("shop")


def test_events_come_in_order_with_the_position_to_read_on_from() -> None:
    sample.sell(*range(5))
    first = read(limit=3)
    assert (numbers(first), first["more"]) == ([0, 1, 2], True)
    second = read(limit=3, after=first["position"])
    assert (numbers(second), second["more"], second["position"]) == ([3, 4], False, second["settled"])
    assert read(after=second["position"])["events"] == []


def test_only_wanted_names_and_the_wanted_partition_are_answered() -> None:
    for item in ("pear", "apple", "plum", "fig"):
        sample.sell(1, item=item)
    shares = [
        [event["key"] for event in read(index=index, count=2)["events"]] for index in range(2)
    ]  # fmt: skip
    assert sorted(shares[0] + shares[1]) == ["apple", "fig", "pear", "plum"]
    assert all(shares)
    assert read(names=["sample_shop.renamed"])["events"] == []


def test_position_beyond_the_end_never_moves_what_others_are_told(shop_connection: psycopg.Connection) -> None:
    ahead = last_position() + 1_000_000
    assert read(after=ahead)["position"] == ahead
    sample.sell(1)
    assert numbers(read()) == [1]
    assert read()["position"] < ahead


def test_events_behind_an_open_writer_wait_for_it(shop_connection: psycopg.Connection) -> None:
    start = last_position()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'late', '{\"item\": \"late\", \"number\": 1}')"
    )
    sample.sell(2)
    held = read(after=start)
    assert (held["events"], held["held_back"]) == ([], True)
    shop_connection.commit()
    assert numbers(read(after=start)) == [1, 2]


def test_end_is_that_of_the_first_question_while_writers_come_and_go(shop_connection: psycopg.Connection) -> None:
    sample.sell(1)
    end = last_position()
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'late', '{}')"
    )
    sample.sell(2)
    _, answer = ask(f"{PATH}/end")
    assert (answer["end"], answer["wanted"]) == (None, end + 2)
    shop_connection.commit()
    sample.sell(3)
    assert ask(f"{PATH}/end", wanted=answer["wanted"])[1]["end"] >= end + 2


def test_fetch_answers_what_exists() -> None:
    sample.sell(1, 2, 3)
    first, _, last = (event["position"] for event in read()["events"])
    status, answer = ask(f"{PATH}/events", position=[last, first, last + 99])
    assert (status, numbers(answer), answer["complete"]) == (200, [1, 3], True)


def test_behind_counts_wanted_events() -> None:
    sample.sell(1, 2, 3)
    first = read()["events"][0]["position"]
    status, answer = ask(f"{PATH}/behind", after=first, names=NAMES)
    assert (status, answer["events"], answer["estimated"]) == (200, 2, False)
    assert answer["seconds"] >= 0


def test_long_poll_ends_when_the_log_grows() -> None:
    start = last_position()
    answers: list[Any] = []
    (waiting,) = sample.in_threads(1, lambda _: answers.append(read(after=start, wait=10)))
    wait_until(lambda: long_poll._places._taken == 1)
    sample.sell(7)
    waiting.join(5)
    assert [numbers(answer) for answer in answers] == [[7]]
    assert long_poll._places._taken == 0


def test_long_poll_notices_what_another_process_wrote(shop_connection: psycopg.Connection) -> None:
    start = last_position()
    answers: list[Any] = []
    (waiting,) = sample.in_threads(1, lambda _: answers.append(read(after=start, wait=10)))
    wait_until(lambda: long_poll._places._taken == 1)
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{\"item\": \"x\", \"number\": 8}')"
    )
    shop_connection.commit()
    waiting.join(5)
    assert [numbers(answer) for answer in answers] == [[8]]


def test_long_poll_without_events_ends_in_time() -> None:
    start = last_position()
    began = time.monotonic()
    answer = read(after=start, wait=0.3)
    assert 0.3 <= time.monotonic() - began < 2
    assert (answer["events"], answer["turned_away"]) == ([], False)


@override_settings(SEAMLINE_FEED_WAITERS=1)
def test_reader_without_a_place_to_wait_is_answered_at_once() -> None:
    start = last_position()
    (waiting,) = sample.in_threads(1, lambda _: read(after=start, wait=10))
    wait_until(lambda: long_poll._places._taken == 1)
    began = time.monotonic()
    assert read(after=start, wait=10)["turned_away"]
    assert time.monotonic() - began < 2
    sample.sell(1)
    waiting.join(5)
    assert not waiting.is_alive()


def test_answer_is_cut_where_it_would_grow_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.feed_wire.MOST_BYTES", 60)
    start = last_position()
    sample.sell(*range(5))
    found: list[int] = []
    while (answer := read(after=start))["events"]:
        assert len(answer["events"]) < 5
        found += numbers(answer)
        start = answer["position"]
    assert found == list(range(5))


def test_waiting_does_not_hold_up_others() -> None:
    start = last_position()
    (waiting,) = sample.in_threads(1, lambda _: read(after=start, wait=10))
    wait_until(lambda: long_poll._places._taken == 1)
    (other,) = sample.in_threads(1, lambda _: read())
    other.join(2)
    assert not other.is_alive()
    assert waiting.is_alive()
    sample.sell(1)
    waiting.join(5)
