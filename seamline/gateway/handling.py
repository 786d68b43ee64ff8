"""The seams for routes that the gateway answers itself, and for answers that it remembers.

``seamline.gateway.composition`` and ``seamline.gateway.caching`` implement them. What goes through here is whole and
bounded; whatever streams is proxied.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

Headers = Sequence[tuple[str, str]]
"""Names in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request that was let in: routed, authenticated, within its limits, without hop-by-hop or internal headers."""

    method: str
    path: str
    """As it came, percent-encoded; starts with a slash and has passed ``seamline.gateway.paths``."""
    query: str
    headers: Mapping[str, str]
    """By lower-case name; joined by commas, as modules read them, where a name came twice."""
    body: bytes
    identity: str
    """Value of ``Seamline-Identity`` to hand on; empty for nobody."""
    client: str
    """The client's address."""
    request_id: str
    traceparent: str
    deadline: float
    """When the answer must be there, in seconds of ``time.monotonic``."""
    site: str = ""
    """Scheme and host that were asked for; answers may hold links with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Headers = ()
    body: bytes = b""


class Handler(Protocol):
    """Answers the requests of a route instead of a module. May raise ``seamline.gateway.problems.Problem``."""

    async def __call__(self, request: Request) -> Answer:
        """The answer; the door adds request id, security headers and ``Content-Length``."""


class Fetch(Protocol):
    """One request to a module, wherever it lives, over the gateway's pool with its breaker, balancing and retries."""

    async def __call__(
        self,
        *,
        module: str,
        method: str,
        target: str,
        headers: Headers = (),
        body: bytes = b"",
        deadline: float,
    ) -> Answer:
        """The whole answer, whatever its status.

        :param target: path and query, percent-encoded.
        :param headers: sent as they are; ``Host`` and ``Content-Length`` are added.
        :param deadline: in seconds of ``time.monotonic``.
        :raises Problem: there is none: 502 broken, 503 no instance or breaker open, 504 too late.
        """


class Recording(Protocol):
    """An answer on its way through, of which a copy is kept. Everything is called in order, in the event loop."""

    def feed(self, data: bytes) -> None:
        """The next part of the body."""

    def finish(self) -> None:
        """The answer is whole."""

    def discard(self) -> None:
        """The answer broke off; forget it."""


class ResponseCache(Protocol):
    """Answers that need not be asked for again. Hot path: synchronous, a few microseconds, must not raise."""

    def find(self, request: Request) -> Answer | None:
        """The answer to this request (also a 304 to its validators), or None: ask the module."""

    def record(self, request: Request, status: int, headers: Headers) -> Recording | None:
        """Whether the answer that begins so may be kept; None where not."""
