"""Old events leave the log for files: what nobody needs any more, in order, verified, and deleted only then."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import Error

from seamline.data import connection_for
from seamline.data.migration import as_owner
from seamline.events import drain
from seamline.events.feed import SqlFeed
from seamline.events.tests import sample
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.history import AlreadyArchiving, HolderKind, archive, archived_ranges
from seamline.history.archiving import ArchiveResult

pytestmark = pytest.mark.usefixtures("archive_files")

NAMES = ("sample_shop.sold",)


def now() -> datetime:
    return datetime.now(UTC)


def logged() -> list[int]:
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute("SELECT position FROM event_log ORDER BY position")
        return [row[0] for row in cursor.fetchall()]


def read_all(after: int = 0, limit: int = 7) -> list[int]:
    feed, found = SqlFeed(publisher=SHOP), []
    while True:
        batch = feed.read(after=after, limit=limit, names=NAMES)
        assert len(batch.events) <= limit
        found += [event.position for event in batch.events]
        after = batch.position
        if not batch.more:
            return found


def archive_all(**options: int) -> ArchiveResult:
    return archive(SHOP, before=now() + timedelta(hours=1), **options)  # type: ignore[arg-type]


def test_archived_events_leave_the_log_and_are_read_from_files_in_order(archive_files: Path) -> None:
    sell(*range(25))
    positions = logged()
    before = SqlFeed(publisher=SHOP).fetch(positions=positions)
    result = archive_all(events_of_file=10)
    assert (result.events, result.deleted, result.held_back_by) == (25, 25, ())
    assert [each.events for each in result.ranges] == [10, 10, 5]
    assert logged() == []
    sell(99)
    assert read_all() == positions + logged()
    assert SqlFeed(publisher=SHOP).fetch(positions=positions) == before
    assert sorted(path.name for path in (archive_files / SHOP).iterdir()) == [
        Path(each.file).name for each in archived_ranges(SHOP)
    ]


def test_ranges_follow_each_other_without_gap_over_several_runs() -> None:
    sell(1, 2)
    archive_all()
    sell(3)
    archive_all()
    first, second = archived_ranges(SHOP)
    assert (first.first, second.first) == (1, first.last + 1)
    assert archive_all().ranges == ()


def test_young_events_stay() -> None:
    sell(1, 2)
    middle = now()
    sell(3)
    result = archive(SHOP, before=middle)
    assert (result.events, len(logged())) == (2, 1)
    assert archive(SHOP, keep=timedelta(hours=1)).events == 0


def test_dry_run_says_what_would_leave_and_changes_nothing(archive_files: Path) -> None:
    sell(*range(5))
    result = archive(SHOP, before=now() + timedelta(hours=1), dry_run=True)
    assert (result.events, result.deleted, len(logged()), archived_ranges(SHOP)) == (5, 0, 5, ())
    assert not archive_files.exists()


def test_same_events_give_the_same_bytes(archive_files: Path, admin_url: str) -> None:
    sell(*range(5))
    (archived,) = archive_all().ranges
    content = archived.path.read_bytes()
    rows = list(gzip.decompress(content).splitlines())
    assert json.loads(rows[0]) == {"event_archive": 1, "module": SHOP, "first": 1, "last": archived.last}
    assert json.loads(rows[1])["data"] == {"item": "pear", "number": 0}
    with restored(admin_url, [json.loads(row) for row in rows[1:]]):
        (again,) = archive_all().ranges
    assert (again.sha256, archived.path.read_bytes()) == (archived.sha256, content)


def restored(admin_url: str, events: list[dict[str, object]]) -> psycopg.Connection:
    """The events back in the log, and none archived."""
    with psycopg.connect(admin_url, options=f"-c search_path={SHOP}") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM archived_range")
        for event in events:
            connection.execute(
                "INSERT INTO event_log (position, event_id, name, schema_version, key, data, meta, at) "
                "OVERRIDING SYSTEM VALUE "
                "SELECT * FROM jsonb_to_record(%s) AS event(position bigint, event_id uuid, name text, "
                "schema_version smallint, key text, data jsonb, meta jsonb, at timestamptz)",
                [json.dumps(event)],
            )
    return psycopg.connect(admin_url)


def test_what_a_subscription_has_not_taken_in_stays_and_it_is_named() -> None:
    sample.host(subscription())
    sell(1, 2)
    drain()
    sell(3)
    result = archive_all()
    assert (result.events, len(logged())) == (2, 1)
    (holder,) = result.held_back_by
    assert (holder.kind, holder.name) == (HolderKind.SUBSCRIPTION, f"{LEDGER}.book (partition 0)")
    drain()
    assert archive_all().events == 1


def test_slowest_partition_holds_back_the_log(archive_files: Path) -> None:
    sample.host(subscription(partitions=2))
    sell(1)
    drain()
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET position = CASE partition WHEN 0 THEN %s ELSE 0 END", logged())
    result = archive_all()
    assert (result.events, [holder.name for holder in result.held_back_by]) == (0, [f"{LEDGER}.book (partition 1)"])


def test_event_on_a_shelf_stays_until_it_is_dealt_with() -> None:
    sample.host(subscription(max_attempts=1))
    sell(1)
    drain()

    def fail(delivery: object) -> None:
        raise ValueError("poison")

    sample.behaviour["handle"] = fail
    sell(2, 3)
    drain(allow_parked=True)
    result = archive_all()
    assert (result.events, [holder.kind for holder in result.held_back_by]) == (1, [HolderKind.PUT_ASIDE])


def test_reader_of_another_deployable_holds_back_the_log() -> None:
    sell(1, 2)
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute(
            "INSERT INTO feed_reader (subscription, partition, partitions, position, caller) VALUES (%s, 0, 1, %s, %s)",
            ["far.away", logged()[0], "far"],
        )
    result = archive_all()
    assert (result.events, [holder.kind for holder in result.held_back_by]) == (1, [HolderKind.REMOTE_READER])


def test_event_below_an_open_transaction_stays(shop_connection: psycopg.Connection) -> None:
    sell(1)
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data) "
        "VALUES (gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{\"item\": \"pear\", \"number\": 2}')"
    )
    sell(3)
    result = archive_all()
    assert HolderKind.OPEN_WRITER in {holder.kind for holder in result.held_back_by}
    shop_connection.commit()
    assert archive_all().events + result.events == 3
    assert len(read_all()) == 3


def test_subscription_that_begins_after_the_archiving_gets_all() -> None:
    sell(*range(30))
    archive_all(events_of_file=8)
    sell(30)
    sample.host(
        subscription(partitions=3), subscription(name=f"{LEDGER}.all", batch=4, handler=f"{sample.__name__}:book_all")
    )
    drain()
    assert sorted(effects()) == sorted([*range(31), *range(31)])


def test_subscription_that_starts_at_an_archived_time_gets_all_from_then_on() -> None:
    sell(1)
    middle = now()
    sell(2, 3)
    archive_all(events_of_file=2)
    sell(4)
    assert SqlFeed(publisher=SHOP).position_at(at=now() + timedelta(hours=1)) == logged()[-1]
    sample.host(subscription(start=middle))
    drain()
    assert effects() == [2, 3, 4]


def test_subscription_that_starts_now_gets_nothing_of_an_archived_log() -> None:
    sell(1)
    archive_all()
    sample.host(subscription(start="now"))
    drain()
    sell(2)
    drain()
    assert effects() == [2]


def test_events_of_streams_are_copied_but_stay(shop_connection: psycopg.Connection) -> None:
    shop_connection.execute(
        "INSERT INTO event_log (event_id, name, schema_version, key, data, stream, version, hash) VALUES "
        "(gen_random_uuid(), 'sample_shop.sold', 1, 'pear', '{\"item\": \"pear\", \"number\": 1}', 'account-1', 1, "
        "'\\x00ff')"
    )
    shop_connection.commit()
    sell(2)
    (state, _) = logged()
    result = archive_all()
    assert (result.events, result.deleted, logged()) == (2, 1, [state])
    assert len(read_all()) == 2
    line = json.loads(gzip.decompress(result.ranges[0].path.read_bytes()).splitlines()[1])
    assert (line["stream"], line["version"], line["hash"]) == ("account-1", 1, "AP8=")
    assert archive_all().deleted == 0


def test_two_runs_at_once_are_refused() -> None:
    sell(1)
    with psycopg.connect(**owner()) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('seamline archive ' || current_schema, 0))")
        with pytest.raises(AlreadyArchiving, match="Another process archives"):
            archive_all()


def owner() -> dict[str, object]:
    with as_owner(SHOP):
        parameters = connection_for(SHOP).get_connection_params()
    return {name: value for name, value in parameters.items() if name in ("dbname", "user", "password", "host", "port")}


@pytest.mark.parametrize("options", [{}, {"before": datetime(2026, 1, 1), "keep": None}, {"keep": timedelta(days=-1)}])  # noqa: DTZ001
def test_unclear_time_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"[gG]ive"):
        archive(SHOP, **options)  # type: ignore[arg-type]


STATEMENTS = ("DELETE FROM event_log", "UPDATE event_log SET key = 'x'", "TRUNCATE event_log")


@pytest.fixture
def partly_archived() -> int:
    """Two events in the archive whose rows are back in the log, as after a run that was cut off, and one outside."""
    from seamline.history.archiving import _Run

    sell(1, 2)
    delete, _Run._delete = _Run._delete, lambda self, *, until: 0  # type: ignore[method-assign, assignment]
    try:
        archive_all()
    finally:
        _Run._delete = delete  # type: ignore[method-assign]
    sell(3)
    return archived_ranges(SHOP)[-1].last


@pytest.mark.parametrize("statement", STATEMENTS)
def test_serving_role_deletes_nothing_archived_or_not(partly_archived: int, statement: str) -> None:
    with pytest.raises(Error, match="permission denied"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_owner_cannot_delete_what_lies_outside_the_archive(partly_archived: int, statement: str) -> None:
    with as_owner(SHOP), pytest.raises(Error, match="append-only"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)
    assert len(logged()) == 3


@pytest.mark.parametrize("role", ["owner", "rw"])
def test_nobody_makes_up_an_archived_range(partly_archived: int, role: str) -> None:
    statement = (
        "INSERT INTO archived_range (first, last, events, file, sha256, bytes, first_at, last_at) "
        f"SELECT {partly_archived} + 1, {partly_archived} + 100, 7, 'x', repeat('0', 64), 1, now(), now()"
    )
    if role == "rw":
        with pytest.raises(Error, match="permission denied"), connection_for(SHOP).cursor() as cursor:
            cursor.execute(statement)
        return
    with as_owner(SHOP), pytest.raises(Error, match="does not fit"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", ["UPDATE archived_range SET last = last + 5", "DELETE FROM archived_range"])
def test_not_even_the_owner_changes_an_archived_range(partly_archived: int, statement: str) -> None:
    with as_owner(SHOP), pytest.raises(Error, match="append-only"), connection_for(SHOP).cursor() as cursor:
        cursor.execute(statement)


def test_next_run_deletes_what_an_earlier_one_left_behind(partly_archived: int) -> None:
    assert archive(SHOP, keep=timedelta(hours=1)).deleted == 2
    assert len(logged()) == 1
    assert len(read_all()) == 3
