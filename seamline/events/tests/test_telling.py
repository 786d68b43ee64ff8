"""What a subscriber tells a publisher elsewhere about itself: all that it still needs, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.embedded.ports import free_port
from seamline.events import drain
from seamline.events.feed import FeedUnavailable, SqlFeed
from seamline.events.http_feed import HttpFeed
from seamline.events.telling import _told_at, positions_to_tell
from seamline.events.tests import sample

NAMES = ("sample_shop.sold", "sample_shop.renamed")
pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def _nothing_told() -> None:
    _told_at.clear()


def told() -> dict[str, tuple[int, ...]]:
    _told_at.clear()
    return {each.subscription: each.positions for each in positions_to_tell(sample.SHOP)}


def test_subscription_that_has_not_begun_may_need_everything() -> None:
    sample.host(sample.subscription(partitions=2))
    assert told() == {"sample_ledger.book": (0, 0)}


def test_subscription_that_begins_now_needs_nothing_before_it_begins() -> None:
    sample.host(sample.subscription(start="now"))
    assert told() == {}


def test_what_is_dealt_with_may_go_and_what_is_put_aside_is_kept() -> None:
    def refuse(delivery: Any) -> None:
        if delivery.event.number == 2:
            raise ValueError("no")

    sample.host(sample.subscription())
    sample.sell(1, 2, item="pear")
    sample.sell(3, item="plum")
    first, second, last = SqlFeed(publisher=sample.SHOP).read(after=0, limit=10, names=NAMES).events
    sample.behaviour["handle"] = refuse
    drain(allow_parked=True)
    assert told() == {"sample_ledger.book": (first.position,)}
    assert second.position - first.position == 1
    assert last.position > second.position


def test_it_is_told_every_few_seconds_and_again_when_it_could_not_be_sent(settings: Any) -> None:
    sample.host(sample.subscription())
    assert positions_to_tell(sample.SHOP)
    assert not positions_to_tell(sample.SHOP)
    _told_at.clear()
    feed = HttpFeed(publisher=sample.SHOP, url=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(FeedUnavailable):
        feed.read(after=0, limit=1, names=NAMES)
    assert positions_to_tell(sample.SHOP)
