"""Reading what is archived: any batch size, any filter, at any moment; a damaged file is an error, never a hole."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies

from seamline.data import connection_for
from seamline.events import drain
from seamline.events.feed import SqlFeed
from seamline.events.partition import Partition
from seamline.events.tests import sample
from seamline.events.tests.sample import SHOP, effects, sell, subscription
from seamline.history import ArchiveDamaged, archive, archived_ranges
from seamline.history.archived_log import OPEN_FILES
from seamline.history.tests.test_archiving import NAMES, logged, read_all

pytestmark = pytest.mark.usefixtures("archive_files")


def archived_path() -> Path:
    return archived_ranges(SHOP)[0].path


def remove() -> None:
    archived_path().unlink()


def cut_off() -> None:
    archived_path().write_bytes(archived_path().read_bytes()[:-20])


def alter_one_byte() -> None:
    content = bytearray(archived_path().read_bytes())
    content[len(content) // 2] ^= 1
    archived_path().write_bytes(content)


@pytest.mark.parametrize("damage", [remove, cut_off, alter_one_byte])
@pytest.mark.parametrize("warm", [False, True], ids=["not read before", "read before"])
def test_damaged_file_is_an_error_that_names_it(damage: Callable[[], None], warm: bool) -> None:
    sell(*range(5))
    positions = logged()
    archive(SHOP, keep=timedelta(0))
    feed = SqlFeed(publisher=SHOP)
    if warm:
        feed.read(after=0, limit=2, names=NAMES)
    damage()
    for ask in (
        lambda: feed.read(after=0, limit=2, names=NAMES),
        lambda: feed.read(after=positions[1], limit=2, names=NAMES),
        lambda: feed.fetch(positions=positions[:1]),
        lambda: SqlFeed(publisher=SHOP).position_at(at=archived_ranges(SHOP)[0].first_at),
    ):
        with pytest.raises(ArchiveDamaged, match=str(archived_path())):
            ask()


def test_delivery_goes_on_when_a_missing_file_is_back() -> None:
    sell(*range(5))
    archive(SHOP, keep=timedelta(0))
    sample.host(subscription())
    hidden = archived_path().rename(archived_path().with_suffix(".hidden"))
    with pytest.raises(ArchiveDamaged):
        drain()
    assert effects() == []
    hidden.rename(archived_path())
    drain()
    assert effects() == [0, 1, 2, 3, 4]


def test_parked_event_is_redriven_from_the_archive() -> None:
    sell(1)
    positions = logged()
    archive(SHOP, keep=timedelta(0))
    sell(2)
    found = SqlFeed(publisher=SHOP).fetch(positions=[*positions, *logged(), 10**9])
    assert [event.position for event in found] == [*positions, *logged()]


def test_lag_counts_what_is_archived() -> None:
    sell(1, 2, 3)
    archive(SHOP, keep=timedelta(0))
    sell(4)
    behind = SqlFeed(publisher=SHOP).behind(after=0, names=NAMES)
    assert (behind.events, behind.estimated, behind.seconds > 0) == (4, True, True)
    assert SqlFeed(publisher=SHOP).behind(after=archived_ranges(SHOP)[0].last, names=NAMES).events == 1


@pytest.fixture
def archived_positions(archive_files: Path) -> list[int]:
    for number in range(40):
        sell(number, item=f"item {number % 7}")
    positions = logged()
    archive(SHOP, keep=timedelta(0), events_of_file=11)
    for number in range(40, 45):
        sell(number, item=f"item {number % 7}")
    return positions + logged()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(limit=strategies.integers(1, 60), start=strategies.integers(0, 44))
def test_any_batch_size_from_any_place_reads_each_event_once(
    archived_positions: list[int], limit: int, start: int
) -> None:
    assert read_all(archived_positions[start] - 1, limit) == archived_positions[start:]


def test_interleaved_readers_of_all_partitions_read_each_event_once(archived_positions: list[int]) -> None:
    feed = SqlFeed(publisher=SHOP)
    count = OPEN_FILES + 4
    after = dict.fromkeys(range(count), 0)
    found: list[int] = []
    while min(after.values()) < archived_positions[-1]:
        for index, position in after.items():
            batch = feed.read(after=position, limit=1, names=NAMES, partition=Partition(index=index, count=count))
            found += [event.position for event in batch.events]
            after[index] = batch.position
    assert sorted(found) == archived_positions


def test_reader_of_names_that_nobody_publishes_gets_past_the_archive(archived_positions: list[int]) -> None:
    feed = SqlFeed(publisher=SHOP)
    after, rounds = 0, 0
    while after < archived_positions[-1]:
        batch = feed.read(after=after, limit=10, names=("sample_shop.never",))
        assert batch.events == ()
        assert batch.position > after
        after, rounds = batch.position, rounds + 1
    assert rounds <= 6


def test_rows_that_leave_between_two_reads_are_not_skipped() -> None:
    sell(*range(20))
    positions = logged()
    feed = SqlFeed(publisher=SHOP)
    first = feed.read(after=0, limit=5, names=NAMES)
    archive(SHOP, keep=timedelta(0), events_of_file=6)
    assert [event.position for event in first.events] + read_all(first.position) == positions


def test_large_archive_is_read_in_little_memory(archive_files: Path) -> None:
    with connection_for(SHOP).cursor() as cursor:
        cursor.execute(
            "INSERT INTO event_log (event_id, name, schema_version, key, data) "
            "SELECT gen_random_uuid(), 'sample_shop.sold', 1, 'pear', jsonb_build_object('item', repeat('x', 1500), "
            "'number', n) FROM generate_series(1, 10000) AS n"
        )
    archive(SHOP, keep=timedelta(0))
    read_all(0, 1000)
    tracemalloc.start()
    try:
        assert len(read_all(0, 200)) == 10_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 4_000_000
