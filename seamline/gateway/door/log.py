"""The access log and the figures of the door: one line a request, without queries, cookies or credentials."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter, defaultdict

import structlog

from seamline.gateway.door.asked import Asked
from seamline.telemetry.traceparent import trace_id

logger = structlog.get_logger("seamline.gateway.access")
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Figures:
    """Counts of one process."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.buckets: dict[str, list[int]] = {}
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.under_way = 0

    def count(self, module: str, status: int, seconds: float) -> None:
        """One request has ended."""
        self.requests[module, status] += 1
        buckets = self.buckets.get(module)
        if buckets is None:
            buckets = self.buckets[module] = [0] * (len(BUCKETS) + 1)
        buckets[bisect_left(BUCKETS, seconds)] += 1
        self.seconds[module] += seconds


def tell(asked: Asked, status: int, code: str = "") -> None:
    """One line of the access log."""
    logger.info(
        "request",
        method=asked.method,
        path=asked.path,
        status=status,
        to=asked.route.module if asked.route else "",
        upstream=asked.upstream,
        attempts=asked.attempts,
        ms=round((time.monotonic() - asked.started) * 1000, 2),
        client=asked.client,
        request_id=asked.request_id,
        **({"trace_id": trace_id(asked.traceparent)} if asked.traceparent else {}),
        **({"code": code} if code else {}),
        **asked.told,
    )
