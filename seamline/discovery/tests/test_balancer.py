"""Which instance gets the next call: shared fairly, by latency, without the sick ones, never without anybody."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from seamline.discovery import Balancer, Instance, InstanceState, NoInstance, Target
from seamline.discovery import target as targets_file


def instances(count: int, **values: str) -> tuple[Instance, ...]:
    return tuple(
        Instance(id=f"i{number}", modules=("orders",), url=f"http://127.0.0.1:{8000 + number}")
        for number in range(count)
    )


def balancer(count: int) -> Balancer:
    found = instances(count)
    return Balancer("orders", lambda: found)


def serve(target: Target, seconds: float) -> None:
    target.begin()
    target.end(seconds=seconds, ok=True)


def test_equal_instances_share_the_calls() -> None:
    balance = balancer(4)
    served = Counter()
    for _ in range(4000):
        target = balance.pick()
        serve(target, 0.01)
        served[target.instance_id] += 1
    assert len(served) == 4
    assert max(served.values()) < 2.5 * min(served.values())


def test_slow_instance_gets_few_calls() -> None:
    balance = balancer(3)
    served = Counter()
    for _ in range(3000):
        target = balance.pick()
        serve(target, 0.1 if target.instance_id == "i0" else 0.005)
        served[target.instance_id] += 1
    assert served["i0"] < 150


def test_busy_instance_is_passed_over() -> None:
    balance = balancer(2)
    first = next(target for target in balance.targets() if target.instance_id == "i0")
    for target in balance.targets():
        serve(target, 0.01)
    for _ in range(20):
        first.begin()
    assert {balance.pick().instance_id for _ in range(50)} == {"i1"}


@pytest.mark.parametrize(
    ("count", "sick", "used"),
    [(1, 1, 1), (2, 1, 1), (2, 2, 1), (3, 1, 2), (3, 2, 2), (3, 3, 2), (4, 2, 2), (4, 3, 2), (5, 5, 3), (10, 4, 6),
     (10, 9, 5)],
)  # fmt: skip
def test_sick_instances_are_left_out_up_to_half_of_them_and_never_the_last(count: int, sick: int, used: int) -> None:
    balance = balancer(count)
    for target in balance.targets():
        serve(target, 0.01)
    for target in sorted(balance.targets(), key=lambda each: each.instance_id)[:sick]:
        target.begin()
        target.end(seconds=0.01, ok=False, broken=True)
    assert len({balance.pick().instance_id for _ in range(500)}) == used


def test_failures_in_a_row_eject_and_each_time_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(targets_file.time, "monotonic", lambda: now[0])
    target = Target(instances(1)[0], now=now[0], is_new=False)
    waits = []
    for _ in range(3):
        for _ in range(targets_file.CONSECUTIVE):
            assert not target.is_ejected(now[0])
            target.begin()
            target.end(seconds=0.01, ok=False)
        waits.append(target.ejected_until - now[0])
        now[0] = target.ejected_until + 0.01
        target.begin()
        target.end(seconds=0.01, ok=True)
    assert waits == [2.0, 4.0, 8.0]


def test_cancelled_call_says_nothing_about_the_instance() -> None:
    target = Target(instances(1)[0], now=time.monotonic(), is_new=False)
    for _ in range(50):
        target.begin()
        target.end(seconds=9.0, ok=None)
    assert not target.is_ejected(time.monotonic())
    assert target.in_flight == 0


def test_new_instance_is_given_calls_slowly() -> None:
    known = instances(1)
    balance = Balancer("orders", lambda: known)
    serve(balance.pick(), 0.01)
    known = instances(2)
    fresh = next(target for target in balance.targets() if target.instance_id == "i1")
    serve(fresh, 0.01)
    assert {balance.pick().instance_id for _ in range(50)} == {"i0"}
    fresh.seen_at -= targets_file.SLOW_START
    assert {balance.pick().instance_id for _ in range(200)} == {"i0", "i1"}


def test_draining_instances_and_other_modules_get_nothing() -> None:
    draining = Instance(id="d", modules=("orders",), url="http://127.0.0.1:1", state=InstanceState.DRAINING)
    other = Instance(id="o", modules=("payments",), url="http://127.0.0.1:2")
    found = (draining, other)
    with pytest.raises(NoInstance, match="orders"):
        Balancer("orders", lambda: found).pick()


def test_processes_behind_one_address_are_one_instance() -> None:
    found = tuple(Instance(id=str(number), modules=("orders",), url="http://127.0.0.1:1") for number in range(4))
    assert Balancer("orders", lambda: found).size == 1


def test_tried_instance_is_tried_again_only_where_there_is_no_other() -> None:
    balance = balancer(3)
    assert {balance.pick(exclude=("i0", "i1")).instance_id for _ in range(20)} == {"i2"}
    assert balance.pick(exclude=("i0", "i1", "i2")).instance_id in ("i0", "i1", "i2")


def test_instance_that_stays_keeps_what_was_learnt_of_it() -> None:
    known = instances(2)
    balance = Balancer("orders", lambda: known)
    before = {target.instance_id: target for target in balance.targets()}
    known = instances(3)
    after = {target.instance_id: target for target in balance.targets()}
    assert after["i0"] is before["i0"]
    assert after.keys() == {"i0", "i1", "i2"}


def test_broken_instance_is_told_to_the_registry() -> None:
    told: list[str] = []
    found = instances(1)
    target = Balancer("orders", lambda: found, suspect=told.append).pick()
    target.begin()
    target.end(seconds=0.01, ok=False, broken=True)
    assert told == ["i0"]
