"""Finds calls of contracts in loops while tests run: the same operation from the same line, again within one request.

The reader of code (``seamline.carve.readiness.loops``) sees loops of one file; this sees what really happens, through
any number of functions. Calls made by tests themselves do not count. This file may not know a contract.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.handlers.base import BaseHandler

from seamline.calls.guard import Guard
from seamline.contract import Operation
from seamline.events.handling import Handling

_FRAMEWORK = str(Path(__file__).resolve().parents[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """An operation that one line called too often within one piece of work."""

    work: str
    """The request or the call under which it happened."""
    operation: str
    place: str
    """``file:line``."""
    times: int

    def __str__(self) -> str:
        return (
            f"{self.place} called {self.operation} {self.times} times within {self.work}: ask once for all, with an "
            "operation that takes several ids."
        )


@dataclass(slots=True)
class _Work:
    name: str
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)


_work: ContextVar[_Work | None] = ContextVar("seamline_work_under_test", default=None)


@contextmanager
def calls_in_loops(*, most: int) -> Iterator[list[Repeated]]:
    """Watch this process until the block ends; the list that it gives is full then.

    One request, one run of an event handler, and one call that a test makes are a piece of work each.

    :param most: how often one line may call one operation within a piece of work.
    """
    finished: list[_Work] = []
    found: list[Repeated] = []
    originals = Guard.invoke, BaseHandler.get_response, Handling.run

    @contextmanager
    def work(name: str) -> Iterator[None]:
        if _work.get() is not None:
            yield
            return
        made = _Work(name=name)
        finished.append(made)
        token = _work.set(made)
        try:
            yield
        finally:
            _work.reset(token)

    def invoke(self: Guard, operation: Operation, *arguments: Any) -> Any:
        under = _work.get()
        place = _place(sys._getframe(1))
        if under is not None and place:
            with under.lock:
                under.counts[operation.full_name, place] += 1
        with work(operation.full_name):
            return originals[0](self, operation, *arguments)

    def get_response(self: BaseHandler, request: Any) -> Any:
        with work(f"{request.method} {request.path}"):
            return originals[1](self, request)

    def run(self: Handling, *arguments: Any, **options: Any) -> Any:
        with work(f"the handler of {self._subscription.name}"):
            return originals[2](self, *arguments, **options)

    Guard.invoke, BaseHandler.get_response, Handling.run = invoke, get_response, run  # type: ignore[method-assign, assignment]
    try:
        yield found
    finally:
        Guard.invoke, BaseHandler.get_response, Handling.run = originals  # type: ignore[method-assign]
        found += [
            Repeated(work=each.name, operation=operation, place=place, times=times)
            for each in finished
            for (operation, place), times in each.counts.items()
            if times > most
        ]


def _place(frame: FrameType | None) -> str:
    """The nearest line outside the framework; empty if that is a test's."""
    while frame is not None and frame.f_code.co_filename.startswith(_FRAMEWORK):
        if "tests" in Path(frame.f_code.co_filename).parts:
            return ""
        frame = frame.f_back
    if frame is None or "tests" in Path(frame.f_code.co_filename).parts:
        return ""
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
