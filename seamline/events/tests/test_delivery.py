"""Delivery: exactly once, in order per key, failures put aside without stopping anybody else."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from seamline.data import atomic, connection_for
from seamline.events import (
    Delivery,
    NotDrained,
    ParkedStatus,
    Subscription,
    discard,
    drain,
    lag,
    parked,
    publish,
    redrive,
)
from seamline.events.couriers import all_couriers
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, Booked, Renamed, Sold, effects, sell, subscription
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")


def fail_on(*numbers: int, times: int = 10**9) -> Counter[int]:
    """Make the handler fail on these numbers, so many times each; counts the calls by number."""
    calls: Counter[int] = Counter()

    def behave(delivery: Delivery[Any]) -> None:
        number = delivery.event.number
        calls[number] += 1
        if number in numbers and calls[number] <= times:
            raise ValueError(f"no {number} please")

    sample.behaviour["handle"] = behave
    return calls


def test_events_are_delivered_once_and_in_order() -> None:
    sample.host(subscription())
    sell(*range(1000))
    assert drain() == 1000
    assert drain() == 0
    assert effects() == list(range(1000))


def test_only_wanted_events_are_delivered() -> None:
    sample.host(subscription())
    with atomic(SHOP):
        publish(Renamed(item="pear"), Sold(item="pear", number=1), Renamed(item="pear"))
    assert drain() == 1
    assert effects() == [1]


def test_batch_handler_gets_batches_of_its_size() -> None:
    sizes: list[int] = []
    sample.host(subscription(batch=30, handler=f"{__name__}:count_batch"))
    globals()["_sizes"] = sizes
    sell(*range(70))
    drain()
    assert sizes == [30, 30, 10]


def count_batch(deliveries: list[Delivery[Sold]]) -> None:
    globals()["_sizes"].append(len(deliveries))


def test_failed_event_is_retried_and_its_key_keeps_the_order() -> None:
    sample.host(subscription())
    fail_on(2, times=2)
    sell(1, 2, 3)
    sell(10, 11, item="plum")
    drain()
    assert effects("pear") == [1, 2, 3]
    assert effects("plum") == [10, 11]
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT attempt FROM effect WHERE number = 2")
        assert cursor.fetchone()[0] == 3


@pytest.mark.parametrize("batch", [None, 50])
def test_poison_is_parked_while_other_keys_flow_and_its_own_waits(batch: int | None) -> None:
    handler = f"{sample.__name__}:{'book_all' if batch else 'book'}"
    sample.host(subscription(batch=batch, handler=handler))
    fail_on(2)
    sell(1, 2, 3)
    sell(10, item="plum")
    with pytest.raises(
        NotDrained, match=r"sample_shop.sold pear .* failed 3 times \(ValueError: no 2 please\); 1 wait"
    ):
        drain()
    sell(4)
    sell(11, item="plum")
    drain(allow_parked=True)
    assert effects("pear") == [1]
    assert effects("plum") == [10, 11]
    (event,) = parked()
    assert (event.status, event.attempts, event.key, event.behind) == (ParkedStatus.PARKED, 3, "pear", 2)
    assert "no 2 please" in event.traceback
    assert event.first_failed_at < event.last_failed_at


def test_redrive_keeps_the_order_of_the_key() -> None:
    sample.host(subscription())
    fail_on(2)
    sell(1, 2, 3)
    sell(4)
    drain(allow_parked=True)
    sample.behaviour.clear()
    assert [(group.events, group.behind) for group in redrive(dry_run=True)] == [(1, 2)]
    assert parked()[0].status is ParkedStatus.PARKED
    assert [group.events for group in redrive(key="pear")] == [1]
    sell(5)
    drain()
    assert effects() == [1, 2, 3, 4, 5]
    assert parked() == ()


def test_redrive_of_what_fails_again_parks_it_again() -> None:
    sample.host(subscription())
    calls = fail_on(2)
    sell(2, 3)
    drain(allow_parked=True)
    first = calls[2]
    redrive()
    drain(allow_parked=True)
    assert calls[2] - first == 3
    assert effects() == []
    assert parked()[0].behind == 1


def test_discarded_event_lets_its_key_flow_and_leaves_a_record() -> None:
    sample.host(subscription())
    fail_on(2)
    sell(1, 2, 3)
    drain(allow_parked=True)
    event = parked()[0]
    with pytest.raises(ValueError, match="needs a reason"):
        discard(subscription=event.subscription, event_id=event.event_id, reason=" ")
    discard(subscription=event.subscription, event_id=event.event_id, reason="test order")
    drain()
    assert effects() == [1, 3]
    (record,) = parked(statuses=(ParkedStatus.DISCARDED,))
    assert (record.position, record.reason) == (event.position, "test order")


def test_waiting_event_cannot_be_discarded_before_its_head() -> None:
    sample.host(subscription())
    fail_on(2)
    sell(2, 3)
    drain(allow_parked=True)
    (waiting,) = parked(statuses=(ParkedStatus.WAITING,))
    with pytest.raises(LookupError, match="cannot be discarded before"):
        discard(subscription=waiting.subscription, event_id=waiting.event_id, reason="impatience")


def test_retry_waits_for_its_delay() -> None:
    sample.host(subscription(backoff=0.3))
    calls = fail_on(1, times=1)
    sell(1)
    (courier,) = all_couriers()
    began = time.monotonic()
    wait_until(lambda: courier.step() and effects() == [1], every=0.01, what="the retry")
    assert time.monotonic() - began >= 0.3 * 0.8
    assert calls[1] == 2


def test_delays_double_up_to_the_longest() -> None:
    delays = [Subscription.delay_after(subscription(backoff=1.0), attempts) for attempts in range(1, 15)]
    assert 0.8 <= delays[0] <= 1.2
    assert 1.6 <= delays[1] <= 2.4
    assert 240 <= delays[-1] <= 360


def test_handler_that_publishes_is_followed_through_and_named_as_cause() -> None:
    sample.host(
        subscription(handler=f"{sample.__name__}:book_and_publish"),
        subscription(name=f"{LEDGER}.note", events=(Booked,), handler=f"{sample.__name__}:note_booking"),
    )
    with atomic(SHOP):
        (cause,) = publish(Sold(item="pear", number=7))
    drain()
    assert effects() == [7, -7]
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT meta FROM effect WHERE number = -7")
        assert cursor.fetchone()[0] == str(cause)


def test_swallowed_database_error_is_blamed_on_the_event_that_caused_it() -> None:
    def swallow(delivery: Delivery[Any]) -> None:
        if delivery.event.number == 2:
            try:
                with connection_for(LEDGER).cursor() as cursor:
                    cursor.execute("SELECT 1 / 0")
            except Exception:
                pass

    sample.host(subscription())
    sample.behaviour["handle"] = swallow
    for number in (1, 2, 3):
        sell(number, item=str(number))
    drain(allow_parked=True)
    assert effects() == [1, 3]
    assert [event.key for event in parked()] == ["2"]
    assert "savepoint" in parked()[0].error


def test_handler_with_a_slow_statement_is_cut_off_and_counts_as_failed() -> None:
    def hang(delivery: Delivery[Any]) -> None:
        if delivery.event.number == 1:
            with connection_for(LEDGER).cursor() as cursor:
                cursor.execute("SELECT pg_sleep(30)")

    sample.host(subscription(timeout=0.1, max_attempts=1))
    sample.behaviour["handle"] = hang
    sell(1)
    sell(2, item="plum")
    drain(allow_parked=True, timeout=10)
    assert effects() == [2]
    assert "the subscription allows 0.1 s" in parked()[0].error


def test_handler_that_idles_too_long_loses_its_session_and_counts_as_failed() -> None:
    def idle(delivery: Delivery[Any]) -> None:
        if delivery.event.number == 1:
            time.sleep(0.4)  # what hangs outside the database

    sample.host(subscription(timeout=0.1, max_attempts=1))
    sample.behaviour["handle"] = idle
    sell(1)
    sell(2, item="plum")
    (courier,) = all_couriers()
    wait_until(lambda: _stepped(courier) and parked() and effects() == [2], what="the other key's event")
    assert parked()[0].key == "pear"


def _stepped(courier: Any) -> bool:
    try:
        courier.step(at_once=True)
    except Exception:
        courier.forget()
        connection_for(LEDGER).close()
    return True


def test_undecodable_event_is_parked_alone() -> None:
    sample.host(subscription())
    sell(1, item="plum")
    with atomic(SHOP), connection_for(SHOP).cursor() as cursor:
        cursor.execute(
            "INSERT INTO event_log (event_id, name, schema_version, key, data) "
            "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{\"item\": \"pear\"}')"
        )
    sell(2, item="plum")
    drain(allow_parked=True)
    assert effects() == [1, 2]
    assert "missing required field `number`" in parked()[0].error


def test_missing_handler_parks_and_says_so() -> None:
    sample.host(subscription(handler=f"{sample.__name__}:nothing_here"))
    sell(1)
    drain(allow_parked=True)
    assert "nothing_here" in parked()[0].error


def test_new_subscription_from_now_gets_only_what_comes_later() -> None:
    sell(1)
    sample.host(subscription(start="now"))
    drain()
    sell(2)
    drain()
    assert effects() == [2]


def test_new_subscription_from_the_beginning_gets_everything() -> None:
    sell(1)
    sample.host(subscription())
    sell(2)
    drain()
    assert effects() == [1, 2]


def test_drain_inside_a_transaction_is_refused() -> None:
    with atomic(SHOP), pytest.raises(RuntimeError, match="after the commit"):
        drain()


def test_drain_that_cannot_finish_names_the_writer_that_holds_the_log_back(shop_connection: Any) -> None:
    sample.host(subscription())
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'x', '{}')"
    )
    sell(2)
    with pytest.raises(NotDrained, match=r"has written events of sample_shop and is open"):
        drain(timeout=0.2)


def test_lag_counts_wanted_events_their_age_and_the_shelf() -> None:
    sample.host(subscription())
    fail_on(2)
    sell(2, 3)
    drain(allow_parked=True)
    with atomic(SHOP):
        publish(Sold(item="plum", number=4), Renamed(item="plum"))
    (state,) = lag()
    assert (state.events, state.parked, state.waiting, state.retrying) == (1, 1, 1, 0)
    assert 0 <= state.seconds < 60


def test_competing_couriers_deliver_each_event_once_and_in_order() -> None:
    sample.host(subscription())
    fail_on(*range(0, 400, 40), times=1)
    for number in range(400):
        sell(number, item=f"item {number % 7}")

    def work(_: int) -> None:
        (courier,) = all_couriers()
        wait_until(lambda: not (courier.step(at_once=True)).handled and len(effects()) == 400, every=0.001, seconds=30)

    for thread in sample.in_threads(3, work):
        thread.join()
    assert sorted(effects()) == list(range(400))
    for key in range(7):
        assert effects(f"item {key}") == list(range(key, 400, 7))
