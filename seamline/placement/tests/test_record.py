"""The record: changes take turns, are kept with their reason, and processes that live are waited for."""

from __future__ import annotations

import threading
import time

import pytest
from django.conf import settings
from django.db import connection

from seamline.calls import acting_as
from seamline.control.table import TableBoard, django_execute
from seamline.placement import following as following_room
from seamline.placement import here, record
from seamline.placement.await_everywhere import NotEverywhere, await_everywhere
from seamline.placement.following import Following
from seamline.placement.place_service import place_service, placement_changes, placements
from seamline.placement.values import Serves

pytestmark = pytest.mark.usefixtures("database")


def placed(module: str = "orders") -> Serves:
    return next(each.serves for each in placements() if each.module == module)


def test_a_module_is_served_here_until_somebody_says_otherwise() -> None:
    assert placed() is Serves.HERE
    with acting_as("operator:ann"):
        changed = place_service("orders", serves=Serves.SERVICE, reason="  moves   out ")
    assert (changed.epoch, changed.changed_by, changed.reason) == (1, "operator:ann", "moves out")
    assert placed() is Serves.SERVICE
    assert placed("payments") is Serves.HERE


def test_asking_twice_is_asking_once() -> None:
    first = place_service("orders", serves=Serves.SERVICE, reason="moves out")
    assert place_service("orders", serves=Serves.SERVICE, reason="again") == first
    assert len(placement_changes()) == 1


def test_a_dry_run_changes_nothing() -> None:
    assert place_service("orders", serves=Serves.SERVICE, reason="x", dry_run=True).epoch == 0
    assert placed() is Serves.HERE


def test_each_change_of_any_module_has_a_higher_epoch_and_is_kept() -> None:
    changed = [
        place_service(module, serves=serves, reason=f"because of {module}", actor="operator:ann").epoch
        for module, serves in (("orders", Serves.SERVICE), ("payments", Serves.SERVICE), ("orders", Serves.HERE))
    ]
    assert changed == [1, 2, 3]
    told = [(each.module, each.epoch) for each in placement_changes()]
    assert told == [("orders", 3), ("payments", 2), ("orders", 1)]
    assert [each.epoch for each in placement_changes(module="orders", limit=1)] == [3]


def test_changes_at_the_same_time_take_turns() -> None:
    def flip(module: str) -> None:
        for serves in (Serves.SERVICE, Serves.HERE) * 3:
            place_service(module, serves=serves, reason="race")
        connection.close()

    threads = [threading.Thread(target=flip, args=(module,)) for module in ("orders", "payments", "catalog")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.epoch for each in placement_changes()) == list(range(1, 19))


@pytest.mark.parametrize(
    ("module", "reason", "error", "named"),
    [
        ("nowhere", "x", LookupError, "catalog"),
        ("orders", "  ", ValueError, "reason"),
        ("orders", "x" * 1001, ValueError, "1001"),
    ],
)
def test_what_cannot_be_placed_is_refused(module: str, reason: str, error: type[Exception], named: str) -> None:
    with pytest.raises(error, match=named):
        place_service(module, serves=Serves.SERVICE, reason=reason)
    assert placement_changes() == ()


def test_only_the_hub_keeps_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_REGISTRY", "http://hub:8000")
    with pytest.raises(LookupError, match="http://hub:8000"):
        place_service("orders", serves=Serves.SERVICE, reason="x")


def test_whoever_follows_has_it_in_force_and_says_so() -> None:
    board, following = TableBoard(), Following(process="one", instances=lambda module: 1)
    epoch = place_service("orders", serves=Serves.SERVICE, reason="moves out").epoch
    heard: list[bool] = []

    def listener() -> None:
        heard.append(here.serves_here("orders"))

    here.on_change(listener)
    try:
        with django_execute() as execute:
            following.look(execute)
    finally:
        here.no_longer(listener)
        board.close()
    assert heard == [False]
    assert (here.serves_here("orders"), here.serves_here("payments"), here.epoch()) == (False, True, epoch)
    assert await_everywhere("orders", epoch=epoch, timeout=0) == 1


def test_a_module_whose_service_has_been_away_for_a_while_is_worked_for_here(monkeypatch: pytest.MonkeyPatch) -> None:
    instances = 0
    following = Following(process="one", instances=lambda module: instances)
    place_service("orders", serves=Serves.SERVICE, reason="moves out")

    def look() -> tuple[bool, bool, bool]:
        with django_execute() as execute:
            following.look(execute)
        return here.serves_here("orders"), here.works_here("orders"), here.works_here("payments")

    monkeypatch.setattr(following_room, "FORSAKEN_AFTER", 60.0)
    assert look() == (False, False, True)
    monkeypatch.setattr(following_room, "FORSAKEN_AFTER", 0.0)
    assert look() == (False, True, True)
    instances = 1
    assert look() == (False, False, True)
    instances = 0
    monkeypatch.setattr(following_room, "FORSAKEN_AFTER", 60.0)
    assert look() == (False, False, True), "it counts anew"
    place_service("orders", serves=Serves.HERE, reason="back")
    assert look() == (True, True, True)


def test_a_listener_that_fails_keeps_the_epoch_from_counting_and_is_asked_again() -> None:
    failures = [RuntimeError("not yet")]

    def listener() -> None:
        if failures:
            raise failures.pop()

    here.on_change(listener)
    try:
        with pytest.raises(RuntimeError, match="not yet"):
            here.bring_into_force(at_service=frozenset({"orders"}), until=7)
        assert here.epoch() == 0
        here.bring_into_force(at_service=frozenset({"orders"}), until=7)
        assert here.epoch() == 7
    finally:
        here.no_longer(listener)


def test_those_that_lag_behind_are_named_and_those_that_died_lapse() -> None:
    epoch = place_service("orders", serves=Serves.SERVICE, reason="moves out").epoch
    with django_execute() as execute:
        record.follows(execute, process="quick", epoch=epoch)
        record.follows(execute, process="slow", epoch=epoch - 1)
        record.follows(execute, process="dead", epoch=epoch - 1)
        execute("UPDATE placement_follower SET expires_at = now() - interval '1 s' WHERE process = 'dead'")
    with pytest.raises(NotEverywhere, match="slow") as late:
        await_everywhere("orders", epoch=epoch, timeout=0.05)
    assert late.value.processes == ("slow",)

    def catch_up() -> None:
        with django_execute() as execute:
            record.follows(execute, process="slow", epoch=epoch)
        connection.close()

    threading.Timer(0.1, catch_up).start()
    began = time.monotonic()
    assert await_everywhere("orders", epoch=epoch, timeout=10) == 2
    assert time.monotonic() - began < 10


def test_a_process_that_leaves_is_not_waited_for() -> None:
    following = Following(process="one", instances=lambda module: 1)
    with django_execute() as execute:
        following.look(execute)
        assert [each.process for each in record.followers(execute)] == ["one"]
        following.leave(execute)
        assert record.followers(execute) == ()
