"""Whatever a handler raises and whatever its text is: it is that event's failure, and stops no delivery."""

from __future__ import annotations

from asyncio import CancelledError

import psycopg
import pytest
from django.db import OperationalError

from seamline.calls.context import current
from seamline.data import connection_for
from seamline.events import courier, drain, parked
from seamline.events.couriers import couriers_of
from seamline.events.handling import LONGEST_ERROR, LONGEST_TRACEBACK
from seamline.events.lag import lag
from seamline.events.lane import Lane
from seamline.events.publishing import causing_event
from seamline.events.subscription import Delivery
from seamline.events.tests import sample
from seamline.modules.registry import module_named
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")


class Speechless(Exception):
    """Cannot even be shown."""

    def __str__(self) -> str:
        raise AttributeError("text")

    __repr__ = __str__


def poison(delivery: Delivery[sample.Sold]) -> None:
    raise ValueError(delivery.event.number)


def fails_for_one(error: BaseException) -> None:
    def handle(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 1:
            raise error

    sample.behaviour["handle"] = handle
    sample.host(sample.subscription(max_attempts=1))
    sample.sell(1, item="bad")
    sample.sell(2, item="good")


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("nul \0 inside"), r"ValueError: nul \x00 inside"),
        (ValueError("half \ud800 a pair"), r"ValueError: half \ud800 a pair"),
        (Speechless(), "Speechless"),
        (CancelledError(), "CancelledError"),
        (GeneratorExit(), "GeneratorExit"),
    ],
    ids=["nul", "surrogate", "speechless", "cancelled", "generator"],
)
def test_event_is_parked_with_the_error_and_others_flow(error: BaseException, text: str) -> None:
    fails_for_one(error)
    drain(allow_parked=True)
    assert sample.effects() == [2]
    (event,) = parked()
    assert text in event.error
    assert text in event.traceback


def test_long_error_is_kept_by_its_beginning_and_a_long_traceback_by_its_end() -> None:
    fails_for_one(ValueError("much " * 100_000 + "more"))
    drain(allow_parked=True)
    (event,) = parked()
    assert len(event.error) == LONGEST_ERROR
    assert event.error.startswith("ValueError: much")
    assert len(event.traceback) == LONGEST_TRACEBACK
    assert event.traceback.endswith("much more\n")


def test_handler_that_exits_ends_no_lane() -> None:
    fails_for_one(SystemExit(3))
    lane = Lane(module=module_named(sample.LEDGER))
    lane.start()
    try:
        wait_until(lambda: sample.effects() == [2])
        assert [event.error for event in parked()] == ["SystemExit: 3"]
    finally:
        lane.stop()
        lane.join(10)


def test_handler_that_exits_in_the_main_thread_ends_the_process_without_an_effect() -> None:
    fails_for_one(SystemExit(3))
    with pytest.raises(SystemExit):
        drain()
    assert sample.effects() == []
    assert parked() == ()


def test_each_delay_is_longer_than_the_one_before() -> None:
    sample.host(sample.subscription(backoff=60, max_attempts=5))
    sample.behaviour["handle"] = poison
    sample.sell(1)
    (delivers,) = couriers_of(module_named(sample.LEDGER))
    delays = []
    for _ in range(3):
        delivers.step(at_once=True)
        with connection_for(sample.LEDGER).cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM next_attempt_at - last_failed_at)::float FROM parked_event")
            delays.append(cursor.fetchone()[0])
    assert delays == pytest.approx([60, 120, 240], rel=0.25)  # they are spread by a fifth


def test_failure_behind_what_a_slow_batch_leaves_is_counted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    failed: list[Delivery[sample.Sold]] = []

    def handle(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 3 and not failed:
            failed.append(delivery)
            monkeypatch.setattr(courier, "COMMIT_AFTER", 0.0)  # the second run is cut before it gets here
            raise ValueError

    sample.behaviour["handle"] = handle
    sample.host(sample.subscription())
    sample.sell(1, 2, 3)
    drain()
    assert sample.effects() == [1, 2, 3]
    (state,) = lag()
    assert (state.handled, state.failures) == (3, 0)


def test_whoever_delivered_goes_on_as_who_it_was() -> None:
    before = current.get()
    sample.host(sample.subscription())
    sample.sell(1)
    drain()
    assert current.get() is before
    assert causing_event.get() is None


def test_commit_that_the_server_cannot_do_now_counts_against_no_event(shop_connection: psycopg.Connection) -> None:
    shop_connection.execute(
        f"""
        CREATE FUNCTION {sample.LEDGER}.conflict() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = 'serialization_failure'; END $$;
        CREATE CONSTRAINT TRIGGER conflict AFTER INSERT ON {sample.LEDGER}.effect DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION {sample.LEDGER}.conflict()
        """
    )
    shop_connection.commit()
    sample.host(sample.subscription(max_attempts=1))
    sample.sell(1)
    try:
        with pytest.raises(OperationalError, match="conflict"):
            drain()
    finally:
        shop_connection.execute(f"DROP FUNCTION {sample.LEDGER}.conflict() CASCADE")
        shop_connection.commit()
    assert parked() == ()
    drain()
    assert sample.effects() == [1]
