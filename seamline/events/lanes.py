"""The lanes of a process, one for each that a hosted module's subscriptions name; one that hangs is replaced.

Python can end no thread from outside, so a lane that blocks in C beyond its handler's limit is left behind without its
database session, and another takes over with the verdict on the event. How many may be left behind is bounded.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace

from seamline.events.courier import Courier
from seamline.events.handling import Verdict
from seamline.events.lane import Lane
from seamline.modules.manifest import Module

MOST_ABANDONED = 32
"""Threads that may hang at once in one process. At this number the next one keeps its lane until it comes back."""

logger = logging.getLogger(__name__)


class Lanes:
    """Iterates over those that deliver now."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._lock = threading.Lock()
        self._stopping = False
        self._abandoned: list[Lane] = []
        self._full = False
        self._lanes = tuple(Lane(module=share, stuck=self._replace) for module in modules for share in _shares(module))

    def __iter__(self) -> Iterator[Lane]:
        return iter(self._lanes)

    @property
    def abandoned(self) -> tuple[Lane, ...]:
        """Those that hang and have been replaced."""
        return tuple(lane for lane in self._abandoned if lane.is_alive())

    def close(self) -> None:
        """Replace none any more: they are about to be stopped."""
        with self._lock:
            self._stopping = True

    def _replace(self, lane: Lane, courier: Courier, verdict: Verdict) -> bool:
        """Called by the watchdog, so it may wait for nothing that needs the lane."""
        with self._lock:
            if self._stopping or lane not in self._lanes:
                return False
            hanging = self.abandoned
            if len(hanging) >= MOST_ABANDONED:
                if not self._full:
                    self._full = True
                    _say(
                        "%d threads of this process hang in handlers, the last one in %s: %s. No more are replaced: "
                        "events of %s wait until one comes back, or the process is restarted",
                        len(hanging), verdict.subscription, verdict.failed.error, lane.module.name,
                    )  # fmt: skip
                return False
            self._full = False
            successor = lane.successor(courier, verdict)
            successor.start()
            self._lanes = tuple(successor if each is lane else each for each in self._lanes)
            self._abandoned = [*hanging, lane]
        _say(
            "The handler of %s hangs where it cannot be interrupted, and was left behind (%d of at most %d): %s\n%s",
            verdict.subscription, len(hanging) + 1, MOST_ABANDONED, verdict.failed.error, verdict.failed.traceback,
        )  # fmt: skip
        return True


def _shares(module: Module) -> Iterator[Module]:
    """The module once for each lane, with that lane's subscriptions alone."""
    for lane in dict.fromkeys(each.lane for each in module.subscriptions):
        yield replace(module, subscriptions=tuple(each for each in module.subscriptions if each.lane == lane))


def _say(text: str, *values: object) -> None:
    """Log an error in a thread of its own: the one that hangs may hang in a log, and hold its lock."""
    threading.Thread(target=logger.error, args=(text, *values), name="seamline log", daemon=True).start()
