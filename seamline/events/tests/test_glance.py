"""One look at a log for all partitions: it is shared for a moment, skips nothing, and saves the others' questions."""

from __future__ import annotations

from itertools import chain

import pytest

from seamline.events import glance
from seamline.events.feed import FeedBatch, SqlFeed
from seamline.events.glance import Glance
from seamline.events.partition import Partition
from seamline.events.tests import sample

pytestmark = pytest.mark.usefixtures("shop")

SHARES = [Partition(index=index, count=4) for index in range(4)]
NAMES = ("sample_shop.sold",)
KEYS = [f"fruit {number}" for number in range(24)]


class Counted(SqlFeed):
    """Counts how often the log was read."""

    reads = 0

    def read(self, **question: object) -> FeedBatch:  # type: ignore[override]
        self.reads += 1
        return super().read(**question)  # type: ignore[arg-type]


@pytest.fixture
def feed() -> Counted:
    return Counted(publisher=sample.SHOP)


@pytest.fixture
def start() -> int:
    """The log keeps what earlier tests have published."""
    end = SqlFeed(publisher=sample.SHOP).end()
    assert end is not None
    return end


def keys_read(glances: Glance, *, after: int, limit: int = 100) -> list[list[str]]:
    return [
        [event.key for event in glances.read(after=after, limit=limit, names=NAMES, partition=share).events]
        for share in SHARES
    ]


def test_partitions_share_one_look_and_each_sees_its_own_events(feed: Counted, start: int) -> None:
    for key in KEYS:
        sample.sell(1, item=key)

    found = keys_read(Glance(feed=feed), after=start)

    assert found == [[key for key in KEYS if share.holds(key)] for share in SHARES]
    assert feed.reads == 1


def test_new_events_are_seen_after_the_next_hint(feed: Counted, start: int) -> None:
    glances = Glance(feed=feed)
    assert keys_read(glances, after=start) == [[], [], [], []]
    sample.sell(1, item=KEYS[0])

    glances.renew()

    assert list(chain(*keys_read(glances, after=start))) == [KEYS[0]]


def test_old_look_is_not_shared(feed: Counted, start: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "MOMENT", 0.0)
    glances = Glance(feed=feed)
    keys_read(glances, after=start)
    sample.sell(1, item=KEYS[0])

    assert list(chain(*keys_read(glances, after=start))) == [KEYS[0]]


def test_limit_of_a_partition_holds_and_the_rest_follows(feed: Counted, start: int) -> None:
    sample.sell(1, 2, 3, item=KEYS[0])
    share = next(share for share in SHARES if share.holds(KEYS[0]))
    glances = Glance(feed=feed)

    first = glances.read(after=start, limit=2, names=NAMES, partition=share)
    second = glances.read(after=first.position, limit=2, names=NAMES, partition=share)

    assert (len(first.events), first.more) == (2, True)
    assert (len(second.events), second.more) == (1, False)


def test_whoever_is_further_behind_or_ahead_reads_for_itself(feed: Counted, start: int) -> None:
    sample.sell(1, item=KEYS[0])
    share = next(share for share in SHARES if share.holds(KEYS[0]))
    glances = Glance(feed=feed)
    end = glances.read(after=start + 1, limit=9, names=NAMES, partition=share).position
    sample.sell(2, item=KEYS[0])

    assert len(glances.read(after=start, limit=9, names=NAMES, partition=share).events) == 2
    assert glances.read(after=end + 1, limit=9, names=NAMES, partition=share).events == ()


def test_backlog_is_read_by_each_partition_in_full_batches(
    feed: Counted, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glance, "MOST", 5)
    for key in KEYS:
        sample.sell(1, item=key)

    assert sum(map(len, keys_read(Glance(feed=feed), after=start))) == len(KEYS)
