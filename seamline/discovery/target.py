"""One instance as a caller sees it: how quick it is, how much it has to do, whether it is ejected for now.

Figures are this process's own; nothing is shared. This file may not know other instances.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from seamline.discovery.instance import Instance

DECAY = 10.0
"""Seconds after which a latency that was seen counts for a third."""
FIRST_GUESS = 0.001
SLOW_START = 10.0
"""Seconds over which a new instance gets more and more calls."""
CONSECUTIVE = 5
"""Failures in a row that eject; a broken connection ejects at once."""
EJECTION, LONGEST_EJECTION = 2.0, 60.0
"""Seconds of the first ejection; each further one is twice as long."""


class Target:
    """An instance that calls can be sent to. Safe for any threads: counts may be off by one, never torn."""

    __slots__ = (
        "_ejections", "_failures", "_latency", "_since", "_suspect", "ejected_until", "in_flight", "instance", "seen_at"
    )  # fmt: skip

    def __init__(
        self,
        instance: Instance,
        *,
        now: float,
        is_new: bool,
        suspect: Callable[[str], None] = lambda instance_id: None,
    ) -> None:
        self.instance = instance
        self._suspect = suspect
        self.in_flight = 0
        self.ejected_until = 0.0
        self.seen_at = now if is_new else now - SLOW_START
        """When this process first saw it; what was there before this process is not new."""
        self._latency = FIRST_GUESS
        self._since = now
        self._failures = 0
        self._ejections = 0

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.instance.url

    @property
    def instance_id(self) -> str:
        """Its id in the registry."""
        return self.instance.id

    def begin(self) -> None:
        """A call is sent."""
        self.in_flight += 1

    def end(self, *, seconds: float, ok: bool | None, broken: bool = False) -> None:
        """The call has come back.

        :param ok: whether the instance did its part; None where that cannot be said.
        :param broken: it takes no connections, breaks them off, or sends what is no answer of ours.
        """
        self.in_flight -= 1
        if ok is None:
            return
        now = time.monotonic()
        if ok:
            self._failures = 0
            self._ejections = 0 if now - self.ejected_until > LONGEST_EJECTION else self._ejections
            self._learn(seconds, now)
            return
        self._failures += 1
        self._learn(max(seconds, self._latency), now)
        if broken or self._failures >= CONSECUTIVE:
            self.ejected_until = now + min(EJECTION * 2**self._ejections, LONGEST_EJECTION)
            self._ejections = min(self._ejections + 1, 10)
        if broken:
            self._suspect(self.instance_id)

    def cost(self, now: float) -> float:
        """What a further call costs: expected latency times what is under way, more while it is new. Less is better."""
        warm = min(1.0, max(0.1, (now - self.seen_at) / SLOW_START))
        return self._latency * (self.in_flight + 1) / warm

    def is_ejected(self, now: float) -> bool:
        """Whether it gets no calls now."""
        return now < self.ejected_until

    def _learn(self, seconds: float, now: float) -> None:
        """Peak-sensitive moving average: slower at once, quicker by and by."""
        if seconds > self._latency:
            self._latency = seconds
        else:
            weight = math.exp(-(now - self._since) / DECAY)
            self._latency = max(FIRST_GUESS / 10, self._latency * weight + seconds * (1 - weight))
        self._since = now
