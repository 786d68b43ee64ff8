"""Workers that are killed and brokers that forget cost time only: every effect once, in order for each key."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from seamline.data import connection_for
from seamline.events.tests import sample
from seamline.testing import wait_until
from seamline.testing.brokers import Broker

Start = Callable[..., Any]
KEYS = ("slow", "pear", "apple")


class Seller(threading.Thread):
    """Sells in the background, so many numbers for each key, one commit each."""

    def __init__(self, count: int) -> None:
        super().__init__(daemon=True)
        self.count = count
        self.slowest = 0.0

    def run(self) -> None:
        for number in range(self.count):
            for key in KEYS:
                started = time.monotonic()
                sample.sell(number, item=key)
                self.slowest = max(self.slowest, time.monotonic() - started)
            time.sleep(0.002)
        for alias in (sample.SHOP, sample.LEDGER):
            connection_for(alias).close()


def all_done(count: int) -> bool:
    return len(sample.effects()) >= count * len(KEYS)


def assert_each_once_and_in_order(count: int) -> None:
    for key in KEYS:
        assert sample.effects(key) == list(range(count)), key


def test_workers_killed_twenty_times_leave_each_effect_once(broker: Broker, role: Start) -> None:
    count, kills, dice = 120, 0, random.Random(20)
    with ExitStack() as stack:
        stack.enter_context(role("beat"))
        worker = stack.enter_context(role("worker"))
        seller = Seller(count)
        seller.start()
        while kills < 20:
            time.sleep(dice.uniform(0.02, 0.15))
            if kills == 9:
                worker.kill()
                worker = stack.enter_context(role("worker"))
            else:
                victims = wait_until(worker.children, what="a process to kill")
                with suppress(ProcessLookupError):
                    os.kill(dice.choice(victims), signal.SIGKILL)
            kills += 1
        seller.join()
        wait_until(lambda: all_done(count), seconds=30)
        time.sleep(0.3)  # what would be done twice is done now
    assert_each_once_and_in_order(count)


@pytest.mark.parametrize("broker", ["valkey", "rabbitmq"], indirect=True)
def test_wakes_are_fast_and_a_broker_that_forgets_and_restarts_costs_time_only(broker: Broker, role: Start) -> None:
    count = 100
    with role("worker"):
        # No beat: it is the wake-ups that bring this about. The first one also connects everything.
        for number in range(5):
            started = time.monotonic()
            sample.sell(number, item="wake")
            wait_until(lambda wanted=number: sample.effects("wake")[-1:] == [wanted], seconds=30, every=0.005)
        assert time.monotonic() - started < 3
        with role("beat"):
            seller = Seller(count)
            seller.start()
            broker.flush()
            broker.kill()
            broker.start()
            broker.flush()
            seller.join()
            assert seller.slowest < 3
            wait_until(lambda: len(sample.effects()) >= count * len(KEYS) + 5, seconds=30)
        # And wake-ups alone work again.
        sample.sell(5, item="wake")
        wait_until(lambda: sample.effects("wake") == list(range(6)), seconds=10)
    assert_each_once_and_in_order(count)


def test_a_worker_that_is_told_to_end_finishes_the_batch_at_hand(broker: Broker, role: Start) -> None:
    with role("worker") as worker:
        for number in range(80):
            sample.sell(number, item="slow")
        wait_until(lambda: len(sample.effects()) > 10)
        assert worker.end() == 0
    done = sample.effects()
    assert done == list(range(len(done)))
    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute("SELECT sum(handled), count(lease_owner) FROM checkpoint")
        assert cursor.fetchone() == (len(done), 0)
    with role("worker"):
        sample.sell(80, item="slow")
        wait_until(lambda: sample.effects() == list(range(81)), seconds=20)
