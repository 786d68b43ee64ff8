"""Handling old events again: what was asked for and no more, in order, beside live delivery."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from seamline.contract import Event
from seamline.data import connection_for
from seamline.events import Delivery, discard, drain, redrive, start_dispatcher, stop_dispatcher
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, insert, sell, subscription
from seamline.history import (
    ReplayStatus,
    archive,
    cancel_replay,
    count_replay,
    rebuild,
    replay_with,
    replays,
    request_replay,
    resume_replay,
    rewind,
    run_replay,
)
from seamline.history.replay import Replay
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("archive_files")

BOOK = f"{LEDGER}.book"


def again(event: Any, delivery: Delivery[Event]) -> None:
    """A handler that tells what is replayed."""
    insert(event.item, event.number + (1000 if delivery.replayed else 0), delivery.attempt)


AGAIN = f"{__name__}:again"


def delivered(*numbers: int, **changes: Any) -> list[int]:
    """Sell and deliver; the positions."""
    sample.host(subscription(**{"handler": AGAIN, **changes}))
    for number in numbers:
        sell(number, item=f"item {number % 3}")
    drain()
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute("SELECT position FROM event_log ORDER BY position")
        return [row[0] for row in cursor.fetchall()]


def replay(**options: Any) -> Replay:
    return run_replay(request_replay(BOOK, **{"start": "beginning", **options}).id)


def test_replay_from_the_beginning_handles_all_again_in_order_and_says_so_to_the_handler() -> None:
    delivered(*range(5))
    done = replay(reason="a test", requested_by="tester")
    assert (done.status, done.handled) == (ReplayStatus.COMPLETED, 5)
    assert effects() == [*range(5), *range(1000, 1005)]
    (share,) = replays()[0].shares
    assert (share.reason, share.requested_by, share.position) == ("a test", "tester", share.until)


def test_replay_from_a_position_to_another() -> None:
    positions = delivered(*range(6))
    replay(start=positions[2], until=positions[4])
    assert effects()[6:] == [1002, 1003, 1004]


def test_replay_from_a_time_to_another() -> None:
    delivered(0, 1)
    start = datetime.now(UTC)
    delivered(2, 3)
    end = datetime.now(UTC)
    delivered(4)
    replay(start=start, until=end)
    assert effects()[5:] == [1002, 1003]


def test_replay_of_one_key_leaves_the_others_alone() -> None:
    delivered(*range(6), partitions=3)
    replay(key="item 1")
    assert effects()[6:] == [1001, 1004]


@pytest.mark.parametrize("batch", [None, 4])
def test_replay_of_partitions_handles_each_event_once(batch: int | None) -> None:
    changes = {"batch": 4, "handler": f"{sample.__name__}:book_all"} if batch else {}
    delivered(*range(30), partitions=3, **changes)
    done = replay()
    assert (done.handled, len(done.shares) > 1) == (30, True)
    expected = range(30) if batch else range(1000, 1030)
    assert sorted(effects()[30:]) == list(expected)


def test_replay_does_not_run_ahead_of_live_delivery() -> None:
    delivered(1, 2)
    sell(3)
    replay()
    assert effects()[2:] == [1001, 1002]
    with pytest.raises(ValueError, match="Nothing in this range was given to"):
        request_replay(BOOK, start=datetime.now(UTC) + timedelta(hours=1))


def test_replay_reads_what_is_archived() -> None:
    delivered(*range(25))
    archive(SHOP, keep=timedelta(0), events_of_file=10)
    delivered(25)
    replay()
    assert effects()[26:] == list(range(1000, 1026))


def test_unfinished_replay_keeps_events_in_the_log() -> None:
    positions = delivered(1, 2, 3)
    request_replay(BOOK, start=positions[1])
    result = archive(SHOP, keep=timedelta(0))
    assert (result.events, [str(each.kind) for each in result.held_back_by]) == (1, ["replay"])


def test_subscription_that_has_not_begun_is_not_replayed() -> None:
    sample.host(subscription())
    sell(1)
    with pytest.raises(ValueError, match="has not begun"):
        request_replay(BOOK, start="beginning")


def test_counting_says_what_would_be_handled_by_name() -> None:
    positions = delivered(*range(6))
    assert count_replay(BOOK, start=positions[1]) == {"sample_shop.sold": 5}
    assert count_replay(BOOK, start="beginning", key="item 1") == {"sample_shop.sold": 2}
    assert replays() == ()


def test_event_that_fails_stops_the_replay_there_until_it_is_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    positions = delivered(*range(5), handler=f"{sample.__name__}:book")

    def fail(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 3:
            raise ValueError("not again")

    sample.behaviour["handle"] = fail
    done = replay()
    assert (done.status, done.handled, done.failed and done.failed.failed_position) == ("failed", 3, positions[3])
    assert done.failed is not None
    assert "not again" in done.failed.error
    assert "in fail" in done.failed.traceback
    assert effects()[5:] == [0, 1, 2]
    assert run_replay(done.id).handled == 3
    sample.behaviour.clear()
    resume_replay(done.id)
    assert run_replay(done.id).status is ReplayStatus.COMPLETED
    assert effects()[5:] == [0, 1, 2, 3, 4]


def test_batch_that_fails_is_taken_one_by_one_up_to_the_culprit() -> None:
    positions = delivered(*range(6), batch=10, handler=f"{sample.__name__}:book_all")

    def fail(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 4:
            raise ValueError("not again")

    sample.behaviour["handle"] = fail
    done = replay()
    assert (done.handled, done.failed and done.failed.failed_position) == (4, positions[4])


def test_cancelled_replay_is_over() -> None:
    delivered(1)
    asked = request_replay(BOOK, start="beginning")
    assert cancel_replay(asked.id, reason="not needed").status is ReplayStatus.CANCELLED
    assert run_replay(asked.id).handled == 0
    with pytest.raises(ValueError, match="cancelled already"):
        resume_replay(asked.id)


def test_second_replay_waits_for_the_end_of_the_first() -> None:
    delivered(1)
    asked = request_replay(BOOK, start="beginning")
    with pytest.raises(ValueError, match=asked.id):
        request_replay(BOOK, start="beginning")
    run_replay(asked.id)
    assert replay().status is ReplayStatus.COMPLETED


def test_event_on_the_shelf_is_left_to_its_redrive() -> None:
    def fail(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number == 1:
            raise ValueError("poison")

    sample.host(subscription(max_attempts=1))
    sample.behaviour["handle"] = fail
    sell(0, item="a")
    sell(1, item="b")
    sell(2, item="c")
    drain(allow_parked=True)
    sample.behaviour.clear()
    done = replay()
    assert (effects(), done.handled, done.skipped) == ([0, 2, 0, 2], 2, 1)


def test_rebuild_runs_another_handler_over_the_same_events() -> None:
    delivered(1, 2, handler=f"{sample.__name__}:book")
    done = run_replay(rebuild(BOOK, handler=AGAIN).id)
    assert (done.status, effects()) == ("completed", [1, 2, 1001, 1002])
    with pytest.raises(ValueError, match="cannot be imported"):
        rebuild(BOOK, handler=f"{__name__}:missing")


@pytest.fixture
def dispatching() -> Iterator[None]:
    yield
    stop_dispatcher()


def test_live_events_flow_while_a_replay_runs(dispatching: None) -> None:
    sample.host(subscription(handler=AGAIN))
    sell(*range(3000))
    drain()
    asked = request_replay(BOOK, start="beginning")
    start_dispatcher()
    done = threading.Event()

    def replaying(index: int) -> None:
        run_replay(asked.id, stopping=done.is_set)

    (thread,) = sample.in_threads(1, replaying)
    waits = []
    for number in range(20_000, 20_030):
        began = time.monotonic()
        sell(number, item="live")
        wait_until(lambda wanted=number: wanted in effects("live"), every=0.002, what=f"the live event {number}")
        waits.append(time.monotonic() - began)
    still_running = replay_with(asked.id).status is ReplayStatus.RUNNING
    done.set()
    thread.join(timeout=10)
    assert still_running, "the replay was over before the last live event; give it more events"
    assert sorted(waits)[-2] < 0.5
    assert run_replay(asked.id).handled == 3000


def positions_of_checkpoints() -> list[int]:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("SELECT position FROM checkpoint ORDER BY partition")
        return [row[0] for row in cursor.fetchall()]


def test_rewind_delivers_again_as_if_for_the_first_time() -> None:
    positions = delivered(*range(4), partitions=2)
    (rewound,) = rewind(BOOK, start=positions[2])
    assert (rewound.position, positions_of_checkpoints()) == (positions[2] - 1, [positions[2] - 1] * 2)
    drain()
    assert sorted(effects()) == [0, 1, 2, 2, 3, 3]


def test_rewind_reaches_a_dispatcher_that_idles(dispatching: None) -> None:
    delivered(1, 2)
    start_dispatcher()
    sell(3)
    wait_until(lambda: len(effects()) == 3)
    rewind(BOOK, start="beginning")
    wait_until(lambda: sorted(effects()) == [1, 1, 2, 2, 3, 3], what="all to be delivered again")


def test_dry_rewind_moves_nothing() -> None:
    delivered(1, 2)
    before = positions_of_checkpoints()
    assert rewind(BOOK, start="beginning", dry_run=True)[0].position == 0
    assert positions_of_checkpoints() == before


def test_rewind_is_refused_where_it_would_go_wrong() -> None:
    positions = delivered(1, 2)
    with pytest.raises(ValueError, match="only goes back"):
        rewind(BOOK, start=positions[-1] + 50)
    asked = request_replay(BOOK, start="beginning")
    with pytest.raises(ValueError, match="unfinished replay"):
        rewind(BOOK, start="beginning")
    cancel_replay(asked.id)

    def fail(delivery: object) -> None:
        raise ValueError("poison")

    sample.host(subscription(max_attempts=1))
    sample.behaviour["handle"] = fail
    sell(3)
    drain(allow_parked=True)
    with pytest.raises(ValueError, match="on its shelf"):
        rewind(BOOK, start="beginning")


def test_slow_handler_commits_its_replay_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    delivered(*range(12), handler=f"{sample.__name__}:book")
    monkeypatch.setattr("seamline.history.replaying.COMMIT_AFTER", 0.05)
    sample.behaviour["handle"] = lambda delivery: time.sleep(0.02)
    commits: list[int] = []
    asked = request_replay(BOOK, start="beginning")

    done = run_replay(asked.id, progress=commits.append)

    assert done.status is ReplayStatus.COMPLETED
    assert len(commits) > 2
    assert sum(commits) == done.handled == 12
    assert effects()[12:] == list(range(12))


@pytest.fixture
def refuse_at_commit(admin_url: str) -> Iterator[Callable[[int], None]]:
    """Lets the ledger refuse a number from now on, but not before the commit."""
    with psycopg.connect(admin_url, autocommit=True) as connection:

        def refuse(number: int) -> None:
            connection.execute(
                f"""
                CREATE FUNCTION {LEDGER}.refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'unlucky'; END $$;
                CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON {LEDGER}.effect DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW WHEN (new.number = {number}) EXECUTE FUNCTION {LEDGER}.refuse()
                """
            )

        yield refuse
        connection.execute(f"DROP FUNCTION IF EXISTS {LEDGER}.refuse() CASCADE")


def test_refusal_at_the_commit_stops_the_replay_at_its_event(refuse_at_commit: Callable[[int], None]) -> None:
    positions = delivered(*range(4), handler=f"{sample.__name__}:book")
    refuse_at_commit(2)

    done = replay()

    assert (done.status, done.failed and done.failed.failed_position) == ("failed", positions[2])
    assert effects()[4:] == [0, 1]


def test_discarded_event_that_is_rewound_waits_behind_a_failed_one_of_its_key() -> None:
    refused = {2}

    def fail(delivery: Delivery[sample.Sold]) -> None:
        if delivery.event.number in refused:
            raise ValueError("no")

    sample.behaviour["handle"] = fail
    sample.host(subscription(max_attempts=1))
    sell(1, 2)
    drain(allow_parked=True)
    discard(subscription=BOOK, reason="it was a test")
    refused |= {1}
    refused -= {2}
    rewind(BOOK, start="beginning")
    drain(allow_parked=True)
    assert effects() == [1]

    refused.clear()
    redrive()
    drain()

    assert effects() == [1, 1, 2]
