"""The access log and the figures of the door: one line a request, without queries, cookies or credentials."""

from __future__ import annotations

import asyncio
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import BinaryIO

import msgspec

from seamline.gateway.door.asked import Asked
from seamline.telemetry.traceparent import trace_id

FLUSH = 0.25
MOST_LINES = 500
_encode = msgspec.json.Encoder().encode
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


class _Line(msgspec.Struct, omit_defaults=True):
    at: str
    method: str
    path: str
    status: int
    to: str
    ms: float
    client: str
    request_id: str
    upstream: str = ""
    attempts: int = 0
    trace_id: str = ""
    code: str = ""
    cache: str = ""


class AccessLog:
    """JSON lines on a stream, some at a time: each costs a microsecond or two, and is written within a quarter second.

    :param stream: binary; None writes nothing.
    """

    def __init__(self, stream: BinaryIO | None) -> None:
        self._stream = stream
        self._lines: list[bytes] = []
        self._due: asyncio.TimerHandle | None = None

    def tell(self, asked: Asked, status: int, code: str = "") -> None:
        """One request has ended."""
        if self._stream is None:
            return
        line = _Line(
            at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            method=asked.method,
            path=asked.path,
            status=status,
            to=asked.route.module if asked.route else "",
            ms=round((time.monotonic() - asked.started) * 1000, 2),
            client=asked.client,
            request_id=asked.request_id,
            upstream=asked.upstream,
            attempts=asked.attempts,
            trace_id=trace_id(asked.traceparent),
            code=code,
            cache=asked.told.get("cache", ""),
        )
        self._lines.append(_encode(line))
        if len(self._lines) >= MOST_LINES:
            self.flush()
        elif self._due is None:
            self._due = asyncio.get_running_loop().call_later(FLUSH, self.flush)

    def flush(self) -> None:
        """Write what waits; a stream that takes nothing costs lines, never requests."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        lines, self._lines = self._lines, []
        if lines and self._stream is not None:
            try:
                self._stream.write(b"\n".join(lines) + b"\n")
                self._stream.flush()
            except OSError:
                return
