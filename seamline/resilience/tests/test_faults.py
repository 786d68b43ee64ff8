"""Faults: whom they hit and how often, when they end, and what they do to a call."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from seamline.contract import Contract, command
from seamline.contract.errors import ContractError, DeadlineExceeded, ModuleFailed
from seamline.resilience import faults
from seamline.resilience.faults import Fault, FaultKind


class Inventory(Contract, module="inventory", version="1.0"):
    @command(timeout=1.0)
    def reserve(self) -> None:
        """Nobody implements it."""


RESERVE = Inventory.operations["reserve"]
ERROR = Fault(id="f", kind=FaultKind.ERROR, callee="inventory", until=time.time() + 3600)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    faults.install(())


def hits(fault: Fault, module: str = "inventory", operation: str = "reserve", instance: str | None = None) -> bool:
    faults.install((fault,))
    return faults.drawn(module, operation, instance=instance) is fault


def test_nothing_is_hit_while_nothing_is_installed() -> None:
    assert faults.drawn("inventory", "reserve") is None


def test_fault_hits_its_callee_and_operation_alone() -> None:
    assert hits(ERROR)
    assert not hits(ERROR, module="orders")
    assert hits(replace(ERROR, operation="reserve"))
    assert not hits(replace(ERROR, operation="release"))


def test_fault_of_an_instance_hits_calls_to_it_alone() -> None:
    of_one = replace(ERROR, instance="one")
    assert hits(of_one, instance="one")
    assert not hits(of_one, instance="two")
    assert not hits(of_one)


@pytest.mark.parametrize("kind", sorted(faults.OF_CONNECTIONS))
def test_fault_of_connections_hits_no_call_before_an_instance_is_known(kind: FaultKind) -> None:
    broken = replace(ERROR, kind=kind)
    assert not hits(broken)
    assert hits(broken, instance="any")


def test_fault_ends_by_itself() -> None:
    assert not hits(replace(ERROR, until=time.time() - 0.001))


def test_percentage_is_kept() -> None:
    random.seed(7)
    faults.install((replace(ERROR, percent=20),))
    hit = sum(faults.drawn("inventory", "reserve") is not None for _ in range(5000))
    assert 0.17 < hit / 5000 < 0.23


@pytest.mark.parametrize(
    "values",
    [
        {"percent": 0.0},
        {"percent": 100.1},
        {"percent": float("nan")},
        {"seconds": -1.0},
        {"seconds": 3601.0},
        {"kind": FaultKind.LATENCY, "seconds": 0.0},
    ],
)
def test_fault_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"give|needs"):
        replace(ERROR, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("in_a_loop", [False, True])
@pytest.mark.parametrize(
    ("fault", "raised", "least", "most"),
    [
        (ERROR, ModuleFailed, 0.0, 0.05),
        (replace(ERROR, kind=FaultKind.LATENCY, seconds=0.05), None, 0.05, 0.14),
        (replace(ERROR, kind=FaultKind.LATENCY, seconds=10), DeadlineExceeded, 0.14, 1.0),
        (replace(ERROR, kind=FaultKind.HANG), DeadlineExceeded, 0.14, 1.0),
    ],
)
def test_what_it_does_to_a_call_ends_by_the_deadline(
    fault: Fault, raised: type[ContractError] | None, least: float, most: float, in_a_loop: bool
) -> None:
    started = time.monotonic()
    deadline, found = started + 0.15, None
    try:
        if in_a_loop:
            asyncio.run(faults.suffer_async(fault, operation=RESERVE.full_name, deadline=deadline))
        else:
            faults.suffer(fault, operation=RESERVE, deadline=deadline)
    except ContractError as error:
        found = error
    assert least <= time.monotonic() - started < most
    assert type(found) is (raised or type(None))
    if found is not None:
        assert found.data["operation"] == "inventory.reserve"
