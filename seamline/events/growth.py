"""Hints within this process that logs have grown, for threads that wait for one: the long polls of the feed's server.

A hint that is lost costs latency only: whoever waits looks again after a while. This file may not read logs.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter

from seamline.events.publishing import on_published


class Growth:
    """Counts hints for each publisher. Safe for any threads."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._hints: Counter[str] = Counter()
        self.heard_everywhere = False
        """Hints of other processes arrive too, because a dispatcher listens; then waiting threads need look rarely."""

    def hint(self, publisher: str) -> None:
        """The publisher's log has grown."""
        with self._changed:
            self._hints[publisher] += 1
            self._changed.notify_all()

    def mark(self, publisher: str) -> int:
        """How many hints there have been; take it before looking at the log."""
        return self._hints[publisher]

    def wait(self, publisher: str, *, since: int, seconds: float) -> bool:
        """Wait for a hint after the mark; whether there was one."""
        end = time.monotonic() + seconds
        with self._changed:
            while self._hints[publisher] == since:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True


def _after_fork() -> None:
    growth._changed = threading.Condition()
    growth.heard_everywhere = False


growth = Growth()
on_published(growth.hint)
os.register_at_fork(after_in_child=_after_fork)
