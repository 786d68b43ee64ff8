"""How a gateway is set: limits in bytes, seconds and requests. Data only, with defaults that suit the shop."""

from __future__ import annotations

from dataclasses import dataclass, field

KIB = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits:
    """What clients may do to a connection."""

    head_bytes: int = 32 * KIB
    fields: int = 100
    """Header lines of a request."""
    head_seconds: float = 10.0
    """From the first byte of a request to the end of its header."""
    body_seconds: float = 20.0
    """For a body, beside what it gets for its size by ``least_rate``."""
    least_rate: float = 1024.0
    """Bytes a second, on the whole, below which a body is too slow."""
    write_seconds: float = 30.0
    """How long a client may take nothing of an answer that waits for it."""
    idle_seconds: float = 75.0
    """How long a connection is kept without a request."""
    connections: int = 10_000
    """More are closed at once."""
    concurrent: int = 1024
    """Requests under way in one process; more are answered 503."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamLimits:
    """How modules are reached."""

    connect_seconds: float = 1.0
    connections: int = 256
    """To one instance, at once."""
    queue: int = 256
    """Requests that wait for a connection to one instance."""
    idle_seconds: float = 20.0
    """How long a connection is kept unused; shorter than modules keep theirs."""
    head_bytes: int = 64 * KIB
    attempts: int = 2
    kept_body: int = 64 * KIB
    """Of a request's body, for a second attempt."""
    ended_seconds: float = 300.0
    """Silence that ends an event stream or a WebSocket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """All of it. Whatever has a default may be left alone."""

    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    """Names that clients may ask for; ``.example.com`` is that and all below it, ``*`` any."""
    trusted_proxies: tuple[str, ...] = ()
    """Networks of proxies in front, whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed."""
    cors_origins: tuple[str, ...] = ()
    """Origins whose pages may call the API with credentials."""
    client: ClientLimits = field(default_factory=ClientLimits)
    upstream: UpstreamLimits = field(default_factory=UpstreamLimits)
    drain_seconds: float = 20.0
    """For requests under way when the gateway is told to end."""
    linger_seconds: float = 1.0
    """How long connections stay open at first then, so that no request meets a closed one."""
    access_log: bool = True
