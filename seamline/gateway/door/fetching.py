"""Whole answers of modules for the door's own use: compositions, and the hub's word on who a client is."""

from __future__ import annotations

import time

from seamline.gateway.handling import Answer, Headers
from seamline.gateway.problems import broken_upstream, overloaded, slow_upstream
from seamline.gateway.upstream.exchange import Exchange, UpstreamBroken, UpstreamRefused
from seamline.gateway.upstream.modules import Modules
from seamline.gateway.upstream.pool import PoolFull

MOST = 8 * 1024 * 1024


class ModuleFetch:
    """Implements ``seamline.gateway.handling.Fetch``."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    async def __call__(
        self, *, module: str, method: str, target: str, headers: Headers = (), body: bytes = b"", deadline: float
    ) -> Answer:
        """As ``Fetch``; asked of another instance where the first cannot take it."""
        permit, breaker = self._modules.permit(module), self._modules.breaker(module)
        began, outcome = time.monotonic(), None
        tried: tuple[str, ...] = ()
        try:
            while True:
                chosen = self._modules.pick(module, tried)
                tried = (*tried, chosen.instance_id)
                exchange = Exchange(self._modules.pool(chosen.url), bodiless=method == "HEAD")
                chosen.begin()
                started, healthy, broken = time.monotonic(), None, False
                try:
                    await exchange.open(deadline)
                    exchange.send(_head(method, target, headers, body) + body)
                    exchange.sent()
                    await exchange.head(deadline)
                    received = bytearray()
                    async for data in exchange.chunks(max(0.0, deadline - time.monotonic())):
                        received += data
                        if len(received) > MOST or time.monotonic() > deadline:
                            raise broken_upstream(module) if len(received) > MOST else slow_upstream(module)
                    healthy = outcome = exchange.status < 500 or exchange.status in (503, 504)
                    return Answer(
                        status=exchange.status,
                        headers=tuple(
                            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in exchange.fields
                        ),
                        body=bytes(received),
                    )
                except (UpstreamRefused, UpstreamBroken, PoolFull) as error:
                    healthy, broken = False, True
                    last = len(tried) >= self._modules.limits.attempts or not self._modules.budget.withdraw()
                    if last:
                        outcome = False
                        raise (
                            overloaded(module) if isinstance(error, PoolFull) else broken_upstream(module)
                        ) from error
                except TimeoutError as error:
                    healthy = outcome = False
                    raise slow_upstream(module) from error
                finally:
                    if healthy is not True:
                        exchange.abort()
                    chosen.end(seconds=time.monotonic() - started, ok=healthy, broken=broken)
        finally:
            if outcome is None:
                breaker.ignore(permit)
            elif outcome:
                breaker.success(permit, 0.0)
            else:
                breaker.failure(permit, time.monotonic() - began)


def _head(method: str, target: str, headers: Headers, body: bytes) -> bytes:
    lines = [f"{method} {target} HTTP/1.1\r\nhost: localhost\r\n"]
    lines += [f"{name}: {value}\r\n" for name, value in headers]
    lines.append(f"content-length: {len(body)}\r\n\r\n" if body or method != "GET" else "\r\n")
    text = "".join(lines)
    if "\0" in text or text.count("\n") != len(lines) + (2 if body or method != "GET" else 1):
        raise ValueError("A header of an internal request holds a line's end.")
    return text.encode("latin-1")
