"""Checkpoints: leases end in time and are given back by their owner alone; nothing is written where nothing happens."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.data import atomic, connection_for
from seamline.events import courier, drain
from seamline.events.checkpoint import LEASE, Checkpoint
from seamline.events.couriers import couriers_of
from seamline.events.tests import sample
from seamline.modules.registry import module_named

pytestmark = pytest.mark.usefixtures("shop")


def checkpoint(owner: str) -> Checkpoint:
    return Checkpoint(subscriber=sample.LEDGER, subscription="s", publisher=sample.SHOP, owner=owner)


def keep(owner: str) -> None:
    with atomic(sample.LEDGER):
        checkpoint(owner).move(position=1, keep=True)


def stored(column: str) -> Any:
    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM checkpoint")
        return cursor.fetchone()[0]


def test_lease_lasts_for_its_seconds_from_each_commit() -> None:
    checkpoint("ours").create(position=0)
    for _ in range(2):
        keep("ours")
        left = stored("extract(epoch FROM lease_expires_at - clock_timestamp())::float")
        assert LEASE - 2 < left <= LEASE


def test_lease_that_others_have_taken_since_is_not_given_back() -> None:
    checkpoint("slow").create(position=0)
    keep("slow")
    keep("quick")
    checkpoint("slow").free()
    assert stored("lease_owner") == "quick"
    checkpoint("quick").free()
    assert stored("lease_owner") is None


def test_claim_tells_whether_somebody_else_has_the_lease() -> None:
    checkpoint("ours").create(position=0)
    keep("ours")
    for owner, leased in (("ours", False), ("theirs", True)):
        with atomic(sample.LEDGER):
            claim = checkpoint(owner).claim(timeout=10)
        assert claim is not None
        assert claim.leased is leased


def test_courier_whose_look_was_before_the_lease_leaves_the_partition_alone() -> None:
    sample.host(sample.subscription())
    sample.sell(1)
    (ours,) = couriers_of(module_named(sample.LEDGER))
    assert ours.start() is None
    with connection_for(sample.LEDGER).cursor() as cursor:
        cursor.execute("UPDATE checkpoint SET lease_owner = 'theirs', lease_expires_at = clock_timestamp() + '9 s'")
    assert ours.step().busy
    assert sample.effects() == []


def test_events_that_nobody_wants_move_the_checkpoint_only_once_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "UNWRITTEN", 5)
    sample.sell(0)
    sample.host(sample.subscription(events=(sample.Renamed,), handler=f"{sample.__name__}:note_booking", start="now"))
    drain()
    begin = stored("position")
    sample.sell(*range(4))
    drain()
    assert stored("position") == begin
    sample.sell(4)
    drain()
    assert stored("position") == begin + 5
