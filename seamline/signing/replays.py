"""Which requests a process has seen, for as long as their signatures are fresh. Bounded; when full it refuses.

Each process remembers for itself, and forgets when it restarts: behind several processes a request can pass once in
each. Reads are harmless then; commands carry an idempotency key besides. This file may not know requests.
"""

from __future__ import annotations

import threading
from collections import deque

MOST = 100_000
"""About 1,600 requests a second for one minute; 15 MB."""
LONGEST = 120.0
"""Seconds; what is to be kept for longer was noted before the clock was set back, and goes when its room is needed."""


class Replays:
    """A set of nonces that forgets. Safe for any threads."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._in_order: deque[tuple[float, str]] = deque()

    def note(self, nonce: str, *, now: float, seconds: float) -> bool | None:
        """Remember it for so long.

        :returns: whether it is new; None where there is no room for it.
        """
        with self._lock:
            while self._in_order:
                until = self._in_order[0][0]
                if until > now and (until <= now + LONGEST or len(self._known) < self._most):
                    break
                self._known.discard(self._in_order.popleft()[1])
            if nonce in self._known:
                return False
            if len(self._known) >= self._most:
                return None
            self._known.add(nonce)
            self._in_order.append((now + seconds, nonce))
            return True
