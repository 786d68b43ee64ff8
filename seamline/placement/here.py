"""What this process knows of placements: one frozen set, replaced whole, read without a lock on the path of each call.

A process that was never told anything serves all that it hosts, which is right in any case. This file imports no other
room, so that every room can ask it; it may not know where the record is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

RESTING_LOOK = 5.0
"""Seconds between two looks of a thread that rests because its module is placed elsewhere; changes wake it at once."""


class _Known:
    """What holds in this process."""

    __slots__ = ("at_service", "epoch", "forsaken", "listeners")

    def __init__(self) -> None:
        self.at_service: frozenset[str] = frozenset()
        self.forsaken: frozenset[str] = frozenset()
        self.epoch = 0
        self.listeners: tuple[Callable[[], None], ...] = ()


_known = _Known()
_lock = threading.Lock()


def serves_here(module: str) -> bool:
    """Whether this process is to serve the module, if it hosts it."""
    return module not in _known.at_service


def works_here(module: str) -> bool:
    """Whether this process is to do what the module does by itself: deliver to it, run its jobs and its sagas.

    It does where it serves the module, and where the module's service has been away for a while.
    """
    return module not in _known.at_service or module in _known.forsaken


def placed_at_service() -> frozenset[str]:
    """The modules that are placed at services."""
    return _known.at_service


def epoch() -> int:
    """The epoch up to which all placements are in force in this process."""
    return _known.epoch


def on_change(callback: Callable[[], None]) -> None:
    """Have this called after each change, in the thread that heard of it; it must be quick."""
    with _lock:
        _known.listeners = (*_known.listeners, callback)


def no_longer(callback: Callable[[], None]) -> None:
    """Do not call it any more."""
    with _lock:
        _known.listeners = tuple(each for each in _known.listeners if each != callback)


def bring_into_force(*, at_service: frozenset[str], until: int, forsaken: frozenset[str] = frozenset()) -> None:
    """Have these modules served by services, and all others here; whoever listens is told before the epoch counts.

    :param until: the epoch of the latest change among them.
    :param forsaken: those of them whose service has been away for a while.
    :raises Exception: what a listener raises; the epoch does not count then, and all are told again next time.
    """
    if (until, at_service, forsaken) == (_known.epoch, _known.at_service, _known.forsaken):
        return
    _known.at_service, _known.forsaken = at_service, forsaken
    for listener in _known.listeners:
        listener()
    _known.epoch = until
