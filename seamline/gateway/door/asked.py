"""A request on its way through the door: what was read of it, and what was found out. Knows no transport."""

from __future__ import annotations

from dataclasses import dataclass, field

from seamline.gateway.headers import Head
from seamline.gateway.routes import Route

SAFE = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(slots=True, kw_only=True)
class Asked:
    """One request."""

    method: str
    path: str
    """Percent-encoded and unambiguous."""
    query: str
    head: Head
    client: str
    scheme: str
    request_id: str
    traceparent: str
    started: float
    route: Route | None = None
    identity: str = ""
    credentials_end_here: bool = False
    """An identity goes on in their place."""
    upstream: str = ""
    """The address that answered."""
    attempts: int = 0
    told: dict[str, str] = field(default_factory=dict)
    """What the access log says besides."""

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def may_repeat(self) -> bool:
        """Whether a second request does no harm: it only reads, or carries an idempotency key."""
        return self.method in SAFE or self.head.keyed

    @property
    def has_body(self) -> bool:
        """Whether a body follows."""
        return self.head.chunked or self.head.length > 0
