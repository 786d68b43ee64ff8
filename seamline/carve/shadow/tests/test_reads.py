"""Queries served here are asked at the target too: callers notice nothing, and each difference is judged and named."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import msgspec
import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connections

from seamline.calls import deadline_in, remaining_seconds
from seamline.carve.shadow import here, judging
from seamline.carve.shadow.judging import Asked
from seamline.carve.shadow.target import reading_from, shadow_role, target_connection
from seamline.carve.shadow.tests.conftest import MODULE, Box, NoShelf, Shadowed
from seamline.carve.shadow.values import Verdict


def test_equal_answers_and_equal_errors_are_the_same(shadowed: Shadowed, shelves: Any) -> None:
    assert shelves.box(number=2) == Box(owner="Ada", places=2)
    assert len(shelves.boxes()) == 3
    with pytest.raises(NoShelf):
        shelves.box(number=99)
    assert shadowed.looked() == {"same": 3}
    assert shadowed.differences == []


def test_a_wrong_value_at_the_target_is_real_and_told_without_any_value(shadowed: Shadowed, shelves: Any) -> None:
    shadowed.at_target("UPDATE shadowed SET owner = 'Grace', places = 7654321 WHERE id = 2")
    assert shelves.box(number=2) == Box(owner="Ada", places=2)
    assert shadowed.looked() == {"real": 1}
    (found,) = shadowed.differences
    assert (found.operation, found.verdict, found.paths) == ("catalog.box", Verdict.REAL, ("owner", "places"))
    assert (found.source, found.target) == ("Box", "Box")
    assert found.lag_bytes is not None
    told = msgspec.json.encode(found).decode()
    assert all(value not in told for value in ("Ada", "Grace", "7654321"))


def test_lists_and_errors_that_differ_are_told_by_their_shape(shadowed: Shadowed, shelves: Any) -> None:
    shadowed.at_target("DELETE FROM shadowed WHERE id = 3")
    shelves.boxes()
    shelves.box(number=3)
    assert shadowed.looked() == {"real": 2}
    some, one = shadowed.differences
    assert (some.paths, some.source, some.target) == (("result: 3 and 2 items",), "3 items", "2 items")
    assert (one.paths, one.source, one.target) == ((), "Box", "error catalog.no_shelf")
    shadowed.at_target("UPDATE shadowed SET id = 10 WHERE id = 1")
    shadowed.at_target("INSERT INTO shadowed VALUES (30, 'Ada', 3)")
    shelves.boxes()
    shadowed.looked()
    assert shadowed.differences[-1].paths == ("result: in another order",)


def test_a_difference_that_replication_makes_good_is_late(
    shadowed: Shadowed, shelves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    catch_up, differed = judging._catch_up, threading.Event()

    def noted(module: str, slot: str) -> tuple[int | None, bool]:
        differed.set()
        return catch_up(module, slot)

    monkeypatch.setattr(judging, "_catch_up", noted)
    with shadowed.nothing_arrives():
        shelves.change(number=1, places=100)
        assert shelves.box(number=1).places == 100
        assert differed.wait(20)
    assert shadowed.looked() == {"late": 1}
    (found,) = shadowed.differences
    assert found.paths == ("places",)
    assert found.lag_bytes is not None
    assert found.lag_bytes > 0


def test_an_answer_that_changes_each_time_is_left_undecided(
    shadowed: Shadowed, shelves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "CATCH_UP_SECONDS", 0.05)
    numbers = iter(range(1000, 2000))

    def write() -> None:
        with psycopg.connect(shadowed.source, options=f"-c search_path={MODULE}") as connection:
            connection.execute("UPDATE shadowed SET places = %s WHERE id = 1", [next(numbers)])

    with shadowed.nothing_arrives():
        shadowed.service.before = write
        shelves.box(number=1)
        assert shadowed.looked() == {"undecided": 1}


def test_callers_do_not_wait_and_what_is_too_much_is_dropped(shadowed: Shadowed, shelves: Any) -> None:
    going, held = threading.Event(), threading.Event()

    def hold() -> None:
        if threading.current_thread().name == "seamline shadow":
            held.set()
            going.wait(60)

    shadowed.service.before = hold
    shelves.box(number=1)
    assert held.wait(20)
    for _ in range(here.MOST_WAITING + 5):
        shelves.box(number=1)
    assert here.busy()
    going.set()
    assert shadowed.looked() == {"same": here.MOST_WAITING + 1, "dropped": 5}


def test_a_target_that_is_away_costs_the_caller_nothing(shadowed: Shadowed, shelves: Any) -> None:
    here.shadow([msgspec.structs.replace(shadowed.setting, port=9)])
    assert shelves.box(number=1) == Box(owner="Ada", places=1)
    assert shadowed.looked() == {"failed": 1}
    here.shadow([shadowed.setting])
    shelves.box(number=1)
    assert shadowed.looked() == {"failed": 1, "same": 1}


def test_only_a_share_is_asked_and_commands_never(
    shadowed: Shadowed, shelves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.shadow([msgspec.structs.replace(shadowed.setting, share=0.3)])
    drawn = iter([0.1, 0.5, 0.29, 0.31, 0.9])
    monkeypatch.setattr(here.random, "random", lambda: next(drawn))
    for _ in range(5):
        shelves.box(number=1)
    assert shadowed.looked() == {"same": 2}
    here.shadow([shadowed.setting])
    shelves.change(number=1, places=5)
    assert shadowed.looked() == {"same": 2}


def test_nothing_is_asked_any_more_once_it_is_switched_off(shadowed: Shadowed, shelves: Any) -> None:
    here.shadow([])
    shelves.box(number=1)
    assert shadowed.looked() == {}


def test_the_shadow_can_read_the_target_and_change_nothing(shadowed: Shadowed) -> None:
    place = replace(shadowed.setting.place)
    connection = target_connection(MODULE, place, secret=settings.SEAMLINE_SECRET)
    try:
        with reading_from(MODULE, connection):
            with connections[MODULE].cursor() as cursor:
                cursor.execute("SELECT current_user, current_database()")
                assert cursor.fetchone() == (shadow_role(MODULE), shadowed.setting.dbname)
            for statement in (
                "UPDATE shadowed SET places = 0",
                "SET default_transaction_read_only = off; DELETE FROM shadowed",
                "SELECT * FROM shadowed FOR UPDATE",
            ):
                with pytest.raises(DatabaseError), connections[MODULE].cursor() as cursor:
                    cursor.execute(statement)
    finally:
        connection.close()
    with connections[MODULE].cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone() != (shadowed.setting.dbname,)


def test_fingerprints_are_equal_for_equal_arguments_and_keyed(
    shadowed: Shadowed, shelves: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    shadowed.at_target("DELETE FROM shadowed")
    for number in (1, 1, 2):
        shelves.box(number=number)
    shadowed.looked()
    first, again, other = (each.arguments for each in shadowed.differences)
    assert first == again != other
    monkeypatch.setattr(settings, "SEAMLINE_SECRET", "of another installation")
    operation = type(shadowed.service).operations["box"]
    asked = Asked(operation=operation, function=print, arguments={"number": 1}, answer=None)
    assert asked.keyed_fingerprint() != first


def test_the_deadline_of_the_caller_is_not_that_of_the_shadow(shadowed: Shadowed, shelves: Any) -> None:
    left = []
    shadowed.service.before = lambda: left.append(remaining_seconds())
    shadowed.at_target("UPDATE shadowed SET places = 7 WHERE id = 1")
    with deadline_in(0.5):
        shelves.box(number=1)
    assert shadowed.looked() == {"real": 1}
    callers, *others = left
    assert callers <= 0.5
    assert all(1.0 < each <= 2.0 for each in others)


def test_a_connection_that_the_target_has_ended_is_opened_again(shadowed: Shadowed, shelves: Any) -> None:
    shelves.box(number=1)
    assert shadowed.looked() == {"same": 1}
    shadowed.at_target("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'catalog_shadow'")
    shelves.box(number=1)
    assert shadowed.looked() == {"same": 2}
