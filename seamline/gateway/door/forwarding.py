"""A request is sent to an instance of its module and the answer streamed back; tried elsewhere only where that is safe.

Nothing is tried again once a byte of an answer has gone to the client, nor when an instance may have carried out what
must not be done twice. This file may not know who the client is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from seamline.gateway.authenticating import IDENTITY_HEADER
from seamline.gateway.door.asked import Asked
from seamline.gateway.door.body import Body, ClientGone
from seamline.gateway.handling import Recording
from seamline.gateway.problems import Problem, broken_upstream, overloaded, slow_upstream
from seamline.gateway.upstream.exchange import Exchange, UpstreamBroken, UpstreamRefused
from seamline.gateway.upstream.link import Fields
from seamline.gateway.upstream.modules import Modules
from seamline.gateway.upstream.pool import PoolFull

Send = Callable[[dict[str, Any]], Awaitable[None]]
NOT_PASSED_BACK = frozenset(
    (b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade",
     b"date", b"server")
)  # fmt: skip
"""Of one hop, or said by the gateway itself."""
_SERVER_ERROR = 500


class Forwarder:
    """Sends requests on. For one event loop."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules

    async def forward(
        self,
        asked: Asked,
        body: Body,
        send: Send,
        *,
        extra: Fields,
        record: Callable[[int, Fields], Recording | None] | None = None,
    ) -> int:
        """Stream the module's answer to the client; its status.

        :param extra: header lines that are added to the answer.
        :param record: asked whether the answer is to be kept.
        :raises Problem: there is no answer, and nothing was sent to the client.
        :raises UpstreamBroken: the answer broke off when some of it had been sent.
        :raises ClientGone: nobody waits.
        """
        assert asked.route is not None
        module, limits = asked.route.module, self.modules.limits
        deadline = asked.started + asked.route.timeout
        permit = self.modules.permit(module)
        breaker, began, outcome = self.modules.breaker(module), time.monotonic(), None
        try:
            exchange = await self._answered(asked, body, deadline)
            outcome = exchange.status < _SERVER_ERROR or exchange.status in (503, 504)
            recording = None
            try:
                fields = _passed_back(exchange)
                if record is not None:
                    recording = record(exchange.status, fields)
                said = {name for name, _ in fields} - {b"vary"}
                fields += [each for each in extra if each[0] not in said]
                if asked.has_body and not body.whole:
                    fields.append((b"connection", b"close"))  # answered before it had all: the rest is nobody's
                await send({"type": "http.response.start", "status": exchange.status, "headers": fields})
                async for data in exchange.chunks(limits.ended_seconds):
                    if recording is not None:
                        recording.feed(data)
                    await send({"type": "http.response.body", "body": data, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            except BaseException:
                exchange.abort()
                if recording is not None:
                    recording.discard()
                raise
            if recording is not None:
                recording.finish()
            return exchange.status
        except (Problem, UpstreamBroken, TimeoutError) as error:
            outcome = False if not isinstance(error, Problem) or error.status >= _SERVER_ERROR else None
            raise
        finally:
            seconds = time.monotonic() - began
            if outcome is None:
                breaker.ignore(permit)
            elif outcome:
                breaker.success(permit, 0.0)
            else:
                breaker.failure(permit, seconds)

    async def _answered(self, asked: Asked, body: Body, deadline: float) -> Exchange:
        """An exchange whose answer has begun."""
        assert asked.route is not None
        module = asked.route.module
        tried: tuple[str, ...] = ()
        self.modules.budget.deposit()
        while True:
            target = self.modules.pick(module, tried)
            tried = (*tried, target.instance_id)
            asked.attempts, asked.upstream = len(tried), target.url
            exchange = Exchange(self.modules.pool(target.url), bodiless=asked.method == "HEAD")
            target.begin()
            started, healthy, broken, answered = time.monotonic(), None, False, False
            try:
                await self._send(exchange, asked, body, deadline)
                healthy = exchange.status < _SERVER_ERROR or exchange.status in (503, 504)
                answered = True
                return exchange
            except UpstreamRefused as refused:
                healthy, broken, again = False, not refused.slow, True
                problem = slow_upstream(module) if refused.slow else broken_upstream(module)
            except UpstreamBroken as error:
                healthy, broken = False, not error.stale
                again = asked.may_repeat or (error.stale and not asked.has_body)
                problem = broken_upstream(module)
            except TimeoutError:
                healthy, again, problem = False, False, slow_upstream(module)
            except PoolFull:
                again, problem = True, overloaded(module)
            finally:
                if not answered:
                    exchange.abort()
                target.end(seconds=time.monotonic() - started, ok=healthy, broken=broken)
            if not again or not body.replayable or time.monotonic() >= deadline + body.waited:
                raise problem
            if len(tried) >= self.modules.limits.attempts or not self.modules.budget.withdraw():
                raise problem

    async def _send(self, exchange: Exchange, asked: Asked, body: Body, deadline: float) -> None:
        if asked.has_body:
            await body.begin()  # a slow client holds no worker of the module until so much has come
        await exchange.open(deadline + body.waited)
        if not asked.has_body:
            exchange.send(_head(asked, deadline))
        else:
            chunked = asked.head.chunked and not body.whole
            length = body.size if asked.head.chunked and body.whole else asked.head.length
            head = _head(asked, deadline + body.waited, chunked=chunked, length=length)
            exchange.send(head + b"".join(_framed(part, chunked) for part in body.kept))
            if not body.whole and not await _stream(exchange, body, deadline, chunked=chunked):
                await exchange.head(deadline + body.waited)
                return
            if chunked:
                exchange.send(b"0\r\n\r\n")
        exchange.sent()
        await exchange.head(deadline + body.waited)


async def _stream(exchange: Exchange, body: Body, deadline: float, *, chunked: bool) -> bool:
    """Send the rest of a body as it comes; False where the module answers without it."""
    answering = asyncio.ensure_future(exchange.beginning())
    part: asyncio.Future[bytes] | None = None
    try:
        while not exchange.began:
            part = asyncio.ensure_future(body.next())
            await asyncio.wait((part, answering), return_when=asyncio.FIRST_COMPLETED)
            if not part.done():
                return False
            data = part.result()
            if not data:
                return True
            exchange.send(_framed(data, chunked))
            await exchange.flowing(deadline + body.waited)
        return body.whole
    finally:
        waiting = [each for each in (part, answering) if each is not None and not each.done()]
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


def _framed(data: bytes, chunked: bool) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if chunked else data


def _passed_back(exchange: Exchange) -> Fields:
    """The header of the answer as the client gets it."""
    fields = [(name.lower(), value) for name, value in exchange.fields]
    if exchange.status in (204, 304):  # the length that they may name is of a body that does not come
        fields = [each for each in fields if each[0] != b"content-length"]
    return [each for each in fields if each[0] not in NOT_PASSED_BACK]


def _head(asked: Asked, deadline: float, *, chunked: bool = False, length: int | None = None) -> bytes:
    """The request's head as the module gets it."""
    head = asked.head
    lines = head.lines
    if asked.credentials_end_here:
        lines = [line for line in lines if not line.startswith((b"authorization: ", b"cookie: ", b"x-csrftoken: "))]
    parts = [
        f"{asked.method} {asked.target} HTTP/1.1\r\n".encode(),
        b"host: ", head.host, b"\r\n",
        *lines,
        f"x-request-id: {asked.request_id}\r\nx-forwarded-for: {asked.client}\r\nx-forwarded-proto: {asked.scheme}\r\n"
        f"via: 1.1 seamline\r\nseamline-timeout: {max(1, int((deadline - time.monotonic()) * 1000))}\r\n".encode(),
    ]  # fmt: skip
    if asked.traceparent:
        parts.append(f"traceparent: {asked.traceparent}\r\n".encode())
    if asked.identity:
        parts.append(f"{IDENTITY_HEADER}: {asked.identity}\r\n".encode())
    length = head.length if length is None else length
    if chunked:
        parts.append(b"transfer-encoding: chunked\r\n")
    elif length >= 0:
        parts.append(b"content-length: %d\r\n" % length)
    parts.append(b"\r\n")
    return b"".join(parts)


__all__ = ["ClientGone", "Forwarder"]
