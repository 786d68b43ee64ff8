"""Faults that are injected on purpose, by tests and operators: late, failing, hanging, reset and half answers.

What is installed is one tuple that every call looks at; empty, that costs a few nanoseconds. Each fault ends by itself.
This file may not know who installs faults, nor whether they are allowed.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from enum import StrEnum

from seamline.contract.contract import Operation
from seamline.contract.errors import DeadlineExceeded, ModuleFailed

LONGEST = 3600.0
"""Seconds that a fault may last."""


class FaultKind(StrEnum):
    """What happens to a call that is hit."""

    LATENCY = "latency"
    """It waits for ``seconds`` before it is made."""
    ERROR = "error"
    """It fails without being made."""
    HANG = "hang"
    """It is not made, and fails when its time is up."""
    RESET = "reset"
    """The connection breaks before the answer; the call may have been carried out."""
    PARTIAL = "partial"
    """The connection breaks in the middle of the answer."""


OF_CONNECTIONS = frozenset((FaultKind.RESET, FaultKind.PARTIAL))
"""What can only happen to calls that go over a connection; calls within a process do not feel it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault.

    :raises ValueError: says which value is out of range.
    """

    id: str
    kind: FaultKind
    callee: str
    """A module's name."""
    operation: str = ""
    """Of the module; empty for all."""
    instance: str = ""
    """An instance's id or address; empty for all, and for calls that go to none."""
    percent: float = 100.0
    """Of the calls that it concerns, by chance."""
    seconds: float = 0.0
    """Of latency."""
    until: float = 0.0
    """When it ends, in seconds since 1970."""
    actor: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if not 0 < self.percent <= 100:
            raise ValueError(f"percent is {self.percent!r}: give more than 0, up to 100.")
        if not 0 <= self.seconds <= LONGEST:
            raise ValueError(f"seconds is {self.seconds!r}: give 0 to {LONGEST:g}.")
        if self.kind is FaultKind.LATENCY and not self.seconds:
            raise ValueError("seconds is 0: a latency needs a length.")


installed: tuple[Fault, ...] = ()


def install(faults: tuple[Fault, ...]) -> None:
    """Have these faults, and no others, from now on."""
    global installed  # noqa: PLW0603 - the one tuple that calls look at
    installed = faults


def drawn(module: str, operation: str, *, instance: str | None = None) -> Fault | None:
    """The first fault that hits a call of the operation now, if any; chance decides anew for each call.

    :param instance: None before an instance is known: then faults of calls are looked for. With an id or address, those
        of that instance, and those of connections.
    """
    for fault in installed:
        if fault.callee != module or (fault.operation and fault.operation != operation):
            continue
        if instance is None:
            concerned = not fault.instance and fault.kind not in OF_CONNECTIONS
        else:
            concerned = fault.instance == instance or (not fault.instance and fault.kind in OF_CONNECTIONS)
        if concerned and time.time() < fault.until and random.random() * 100 < fault.percent:  # noqa: S311 - no secret
            return fault
    return None


def suffer(fault: Fault, *, operation: Operation, deadline: float) -> None:
    """What a fault that is none of connections does to a call before it is made.

    :param deadline: a reading of ``time.monotonic()``, past which nothing waits.
    :raises ModuleFailed: the fault is an error.
    :raises DeadlineExceeded: the fault hangs, or its latency is longer than what is left.
    """
    if fault.kind is FaultKind.ERROR:
        raise ModuleFailed(operation=operation.full_name, reason=f"fault {fault.id}")
    left = deadline - time.monotonic()
    if fault.kind is FaultKind.LATENCY and fault.seconds < left:
        time.sleep(fault.seconds)
        return
    time.sleep(max(0.0, left))
    raise DeadlineExceeded(operation=operation.full_name)


async def suffer_async(fault: Fault, *, operation: str, deadline: float) -> None:
    """The same for event loops.

    :param operation: how the call is named in what is raised.
    """
    if fault.kind is FaultKind.ERROR:
        raise ModuleFailed(operation=operation, reason=f"fault {fault.id}")
    left = deadline - time.monotonic()
    if fault.kind is FaultKind.LATENCY and fault.seconds < left:
        await asyncio.sleep(fault.seconds)
        return
    await asyncio.sleep(max(0.0, left))
    raise DeadlineExceeded(operation=operation)
