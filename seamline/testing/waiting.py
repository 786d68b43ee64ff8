"""Waiting for what happens in another thread or process, bounded, without guessing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


def wait_until(condition: Callable[[], _T], *, seconds: float = 30.0, every: float = 0.02, what: str = "") -> _T:
    """The first truthy answer of the condition.

    :raises AssertionError: there was none in time; says what was waited for and the last answer.
    """
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"Waited {seconds:g} s for {what or condition}; the last answer was {answer!r}.")
        time.sleep(every)
