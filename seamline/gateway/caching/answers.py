"""The answers that are kept: found by what was asked, bounded in number and bytes, the least used dropped first.

Each replica keeps its own; nothing is shared, so nothing has to be invalidated elsewhere, and rules keep times short.
This file may not know a connection.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from seamline.gateway.caching.rules import CacheRule, header, knows, lifetime, varied, varying
from seamline.gateway.handling import Answer, Headers, Recording, Request

MOST_BYTES = 64 * 1024 * 1024
MOST_ANSWERS = 20_000
LARGEST = 1024 * 1024
_Target = tuple[str, str, str]
"""Site, path and query."""
_OF_304 = frozenset(("cache-control", "content-location", "date", "etag", "expires", "vary"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    headers: Headers
    body: bytes
    tag: str
    since: float
    until: float


class RememberedAnswers:
    """A shared cache. For one event loop.

    :param rules: the first whose path fits decides where the module says nothing.
    """

    def __init__(
        self,
        *,
        rules: Sequence[CacheRule] = (),
        most_bytes: int = MOST_BYTES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rules = tuple(sorted(rules, key=lambda rule: -len(rule.prefix)))
        self._most_bytes = most_bytes
        self._clock = clock
        self._bytes = 0
        self._varying: OrderedDict[_Target, frozenset[str]] = OrderedDict()
        self._kept: OrderedDict[tuple[_Target, tuple[str, ...]], _Kept] = OrderedDict()

    def find(self, request: Request) -> Answer | None:
        """As ``ResponseCache.find``."""
        if request.method not in ("GET", "HEAD") or "range" in request.headers:
            return None
        target = (request.site, request.path, request.query)
        names = self._varying.get(target)
        if names is None:
            return None
        key = (target, varied(names, request.headers))
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._clock()
        if now >= kept.until:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        age = ("age", str(int(now - kept.since)))
        tags = request.headers.get("if-none-match")
        if tags is not None and knows(tags, kept.tag):
            return Answer(status=304, headers=(*(each for each in kept.headers if each[0] in _OF_304), age))
        return Answer(status=200, headers=(*kept.headers, age), body=kept.body)  # the server drops it for HEAD

    def record(self, request: Request, status: int, headers: Headers) -> Recording | None:
        """As ``ResponseCache.record``."""
        if request.method != "GET" or status != 200 or "range" in request.headers:
            return None
        # Where pages find out themselves who asks, credentials go on to them and there is no identity.
        has_identity = bool(request.identity) or "cookie" in request.headers or "authorization" in request.headers
        seconds = lifetime(path=request.path, has_identity=has_identity, headers=headers, rules=self._rules)
        length = header(headers, "content-length")
        if not seconds or (length.isdecimal() and int(length) > LARGEST):
            return None
        return _Copy(self, request, headers, self._clock() + seconds)

    def keep(self, request: Request, headers: Headers, body: bytes, until: float) -> None:
        """Keep a whole answer."""
        names = varying(headers)
        tag = header(headers, "etag")
        if not tag:
            tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
            headers = (*headers, ("etag", tag))
        target = (request.site, request.path, request.query)
        key = (target, varied(names, request.headers))
        self._drop(key)
        self._varying[target] = names
        self._kept[key] = _Kept(headers=tuple(headers), body=body, tag=tag, since=self._clock(), until=until)
        self._bytes += len(body)
        while self._bytes > self._most_bytes or len(self._kept) > MOST_ANSWERS:
            self._drop(next(iter(self._kept)))
        while len(self._varying) > MOST_ANSWERS:
            self._varying.popitem(last=False)

    def _drop(self, key: tuple[_Target, tuple[str, ...]]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._bytes -= len(dropped.body)


class _Copy:
    """An answer on its way through; given up when it grows too large."""

    def __init__(self, answers: RememberedAnswers, request: Request, headers: Headers, until: float) -> None:
        self._answers, self._request, self._headers, self._until = answers, request, headers, until
        self._parts: list[bytes] = []
        self._length = 0

    def feed(self, data: bytes) -> None:
        """As ``Recording.feed``."""
        self._length += len(data)
        if self._length > LARGEST:
            self._parts.clear()
        else:
            self._parts.append(bytes(data))

    def finish(self) -> None:
        """As ``Recording.finish``."""
        if self._length <= LARGEST:
            self._answers.keep(self._request, self._headers, b"".join(self._parts), self._until)

    def discard(self) -> None:
        """As ``Recording.discard``."""
        self._parts.clear()
        self._length = LARGEST + 1
