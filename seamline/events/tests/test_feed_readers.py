"""What readers elsewhere tell about themselves, and what an operator says about those that are gone."""

from __future__ import annotations

import json

import pytest

from seamline.events.feed_readers import FeedReader, forget_reader, remote_readers
from seamline.events.tests import sample
from seamline.events.tests.feed_client import PATH, ask

pytestmark = pytest.mark.usefixtures("shop")


def tell(*positions: int, subscription: str = "ledger.book") -> int:
    body = json.dumps([{"subscription": subscription, "positions": positions}]).encode()
    return ask(f"{PATH}/readers", body=body)[0]


def known() -> list[tuple[str, int, int]]:
    return [(each.subscription, each.partition, each.position) for each in remote_readers(sample.SHOP)]


def test_readers_are_known_with_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.feed_readers.NOTED_EVERY", 0.0)
    assert tell(5, 7) == 200
    assert known() == [("ledger.book", 0, 5), ("ledger.book", 1, 7)]
    (first, _) = remote_readers(sample.SHOP)
    assert isinstance(first, FeedReader)
    assert (first.caller, first.partitions) == ("ledger", 2)
    tell(9)
    assert known() == [("ledger.book", 0, 9)]


def test_what_is_told_again_at_once_is_not_written() -> None:
    tell(1, subscription="ledger.often")
    tell(2, subscription="ledger.often")
    assert ("ledger.often", 0, 1) in known()


def test_forgotten_reader_needs_nothing_until_it_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.events.feed_readers.NOTED_EVERY", 0.0)
    tell(5)
    with pytest.raises(ValueError, match="reason"):
        forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason=" ")
    (gone,) = forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason="switched off")
    assert (gone.position, known()) == (5, [])
    with pytest.raises(LookupError, match="its readers are: none"):
        forget_reader(publisher=sample.SHOP, subscription="ledger.book", reason="again")
    tell(6)
    assert known() == [("ledger.book", 0, 6)]


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'[{"subscription": "x"}]', b'[{"subscription": "x", "positions": [-1]}]']
)
def test_nonsense_is_refused(body: bytes) -> None:
    assert ask(f"{PATH}/readers", body=body)[0] == 400
