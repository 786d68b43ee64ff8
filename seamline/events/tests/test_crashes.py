"""Processes killed with SIGKILL at the worst moments: no event is lost, none has its effect twice."""

from __future__ import annotations

import random
import time

import pytest

from seamline.events import drain, lag
from seamline.events.tests import sample
from seamline.events.tests.processes import await_line, kill, process
from seamline.events.tests.sample import effects, sell, subscription
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")


def test_kill_between_commit_and_dispatch_loses_nothing() -> None:
    with process("committed") as publisher:
        await_line(publisher, "committed")
    sample.host(subscription())
    drain()
    assert effects() == [1, 2, 3]


def test_kill_before_the_commit_leaves_no_event_and_holds_nobody_back() -> None:
    with process("uncommitted") as publisher:
        await_line(publisher, "uncommitted")
    sample.host(subscription())
    sell(1)
    drain(timeout=10)
    assert effects() == [1]


@pytest.mark.parametrize("point", ["handled", "moved"])
def test_kill_between_handler_and_commit_has_each_effect_once(point: str) -> None:
    sell(1, 2, 3)
    with process(point) as subscriber:
        await_line(subscriber, point)
        assert effects() == []
    sample.host(subscription())
    wait_until(lambda: drain(timeout=10) or effects(), what="the dead session to end")
    assert effects() == [1, 2, 3]
    assert lag()[0].events == 0


def test_dispatchers_killed_again_and_again_have_each_effect_once_and_in_order() -> None:
    dice = random.Random(7)
    total = 0
    for _ in range(4):
        with process("dispatch") as first, process("dispatch") as second:
            await_line(first, "dispatch")
            await_line(second, "dispatch")
            for _ in range(30):
                sell(total, total + 1, item=f"item {total % 3}")
                total += 2
                time.sleep(dice.random() * 0.003)  # lets the kill fall at another moment of the delivery
            kill(first)
            for _ in range(10):
                sell(total, item=f"item {total % 3}")
                total += 1
    sample.host(subscription())
    wait_until(lambda: (drain(timeout=20), len(effects()) >= total)[1], seconds=20, what="all effects")
    assert sorted(effects()) == list(range(total))
    for key in range(3):
        assert effects(f"item {key}") == sorted(effects(f"item {key}"))


def test_dispatcher_of_another_process_is_woken_by_a_publisher_without_subscribers_of_its_own() -> None:
    with process("dispatch") as dispatcher, process("publish") as publisher:
        await_line(dispatcher, "dispatch")
        assert publisher.stdin is not None
        for number in range(5):
            publisher.stdin.write(f"{number}\n")
        publisher.stdin.close()
        await_line(publisher, "published")
        wait_until(lambda: effects() == list(range(5)), what="the effects")
