"""Each request's way through the door: read, judged, limited, authenticated, then composed, remembered or forwarded.

The order matters: what costs least comes first, and nothing is asked of anybody for a request that will be refused.
This file may not know how a module is reached.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import inf
from typing import Any

from seamline.calls.context import Call, Origin, current
from seamline.gateway.authenticating import CREDENTIAL_HEADERS, Authenticator, Denied
from seamline.gateway.composition.handler import CompositionHandler
from seamline.gateway.door.asked import Asked
from seamline.gateway.door.body import Body, ClientGone, Receive, too_large
from seamline.gateway.door.clients import Clients
from seamline.gateway.door.forwarding import Forwarder, Send
from seamline.gateway.door.lifeline import lifeline_of
from seamline.gateway.door.log import AccessLog, Figures
from seamline.gateway.door.origins import Origins, hardened
from seamline.gateway.door.rates import Rates
from seamline.gateway.door.tunnel import tunnel
from seamline.gateway.handling import Answer, Recording, Request, ResponseCache
from seamline.gateway.headers import Head
from seamline.gateway.options import Options
from seamline.gateway.paths import split_target
from seamline.gateway.problems import CONTENT_TYPE, Problem, overloaded, slow_upstream
from seamline.gateway.routes import Routes
from seamline.gateway.upstream.exchange import UpstreamBroken
from seamline.gateway.upstream.link import Fields
from seamline.telemetry.spans import Hop, span, tracing

HEALTH = "/gateway/health"
_BROKEN_OFF = 499
"""What the log says of a request that has no status: the client went away, or the answer broke off."""


class Door:
    """The ASGI application of one process."""

    def __init__(
        self,
        *,
        routes: Routes,
        options: Options,
        forwarder: Forwarder,
        authenticator: Authenticator,
        rates: Rates,
        compositions: CompositionHandler,
        cache: ResponseCache,
        figures: Figures,
        log: AccessLog,
    ) -> None:
        self._routes, self._options, self._forwarder = routes, options, forwarder
        self._authenticator, self._rates = authenticator, rates
        self._compositions, self._cache, self._figures = compositions, cache, figures
        self._log = log
        self._origins = Origins(options.cors_origins)
        self._clients = Clients(hosts=options.hosts, trusted=options.trusted_proxies)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await _lifespan(receive, send)

    async def _http(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        figures, lifeline = self._figures, lifeline_of(scope)
        task = lifeline.enter()
        figures.under_way += 1
        asked, code, status = None, "", _BROKEN_OFF
        try:
            try:
                asked = self._read(scope)
                with _traced(asked):
                    status = await self._serve(asked, receive, send)
            except Problem as problem:
                asked = asked or _nothing(scope)
                status, code = problem.status, problem.code
                await self._refuse(problem, asked, send)
        except ClientGone:
            code = "client_gone"
        except asyncio.CancelledError:
            code = "client_gone"
            if not lifeline.gone:
                raise
        except (UpstreamBroken, TimeoutError) as error:
            code = "broken_off"
            raise ConnectionAbortedError(str(error)) from None  # uvicorn closes: the client must not take it for whole
        finally:
            lifeline.leave(task)
            figures.under_way -= 1
            asked = asked or _nothing(scope)
            module = asked.route.module if asked.route else ""
            figures.count(module, status, time.monotonic() - asked.started)
            self._log.tell(asked, status, code)

    def _read(self, scope: dict[str, Any]) -> Asked:
        head = Head(scope["headers"])
        path, query = split_target(scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b""))
        peer = scope["client"][0] if scope.get("client") else ""
        client, scheme = self._clients.seen(peer, head)
        self._clients.check_host(head.host)
        asked = Asked(
            method=scope.get("method", "GET"),
            path=path.decode("ascii"),
            query=query.decode("ascii"),
            head=head,
            client=client,
            scheme=scheme,
            request_id=head.request_id.decode() or uuid.uuid4().hex,
            traceparent=head.trace.decode(),
            started=time.monotonic(),
        )
        asked.route = self._routes.find(asked.path)
        return asked

    async def _serve(self, asked: Asked, receive: Receive, send: Send) -> int:
        if asked.path == HEALTH:
            return await self._answer(Answer(status=200, body=b'{"status":"ok"}'), asked, send)
        if asked.route is None:
            raise Problem(404, "not_found", "Nothing is served here.")
        if asked.method in ("TRACE", "CONNECT"):
            raise Problem(405, "method_not_allowed", "This method is not taken here.")
        if self._figures.under_way > self._options.client.concurrent:
            raise overloaded("the gateway")
        origin = asked.head.origin
        if asked.method == "OPTIONS" and origin and (allowed := self._origins.preflight(origin)) is not None:
            await send({"type": "http.response.start", "status": 204, "headers": allowed})
            await send({"type": "http.response.body", "body": b""})
            return 204
        if asked.head.length > asked.route.most_body:
            raise too_large(asked.route.most_body)
        await self._rates.check(asked.client, route=asked.route.prefix, rate=asked.route.rate)
        await self._authenticate(asked)
        body = Body(
            receive,
            most=asked.route.most_body,
            keep=self._options.upstream.kept_body,
            limits=self._options.client,
        )
        if self._compositions.knows(asked.path):
            try:
                async with asyncio.timeout(asked.route.timeout):
                    composed = await self._compositions(_request(asked, await body.all()))
            except TimeoutError as error:
                raise slow_upstream("The composition") from error
            return await self._answer(composed, asked, send)
        # Whoever puts a body into a GET may ask for something else than the target says.
        request = _request(asked, b"") if asked.method in ("GET", "HEAD") and not asked.has_body else None
        if request is not None and (kept := self._cache.find(request)) is not None:
            asked.told["cache"] = "hit"
            return await self._answer(kept, asked, send)

        def record(status: int, fields: Fields) -> Recording | None:
            if request is None:
                return None
            told = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in fields)
            return self._cache.record(request, status, told)

        return await self._forwarder.forward(asked, body, send, extra=self._added(asked), record=record)

    async def _authenticate(self, asked: Asked) -> None:
        shown = _shown(asked)
        verdict = self._authenticator.remembered(headers=shown, method=asked.method, path=asked.path)
        if verdict is None:
            verdict = await self._authenticator.authenticate(headers=shown, method=asked.method, path=asked.path)
        if isinstance(verdict, Denied):
            headers = {"WWW-Authenticate": verdict.challenge} if verdict.challenge else {}
            if verdict.retry_after:
                headers["Retry-After"] = str(verdict.retry_after)
            raise Problem(verdict.status, verdict.code, verdict.detail, headers=headers)
        asked.identity = verdict.identity
        asked.credentials_end_here = bool(verdict.identity)

    async def _answer(self, answer: Answer, asked: Asked, send: Send) -> int:
        fields = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
        if answer.status != 304:
            fields = [each for each in fields if each[0] != b"content-length"]
            fields.append((b"content-length", str(len(answer.body)).encode()))
        added = [each for each in self._added(asked) if each[0] not in {name for name, _ in fields}]
        await send({"type": "http.response.start", "status": answer.status, "headers": [*fields, *added]})
        await send({"type": "http.response.body", "body": answer.body})
        return answer.status

    async def _refuse(self, problem: Problem, asked: Asked, send: Send) -> None:
        body = problem.body()
        fields: Fields = [(b"content-type", CONTENT_TYPE.encode()), (b"content-length", str(len(body)).encode())]
        fields += [(name.lower().encode(), value.encode("latin-1")) for name, value in problem.headers.items()]
        if problem.close:
            fields.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": problem.status, "headers": [*fields, *self._added(asked)]})
        await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else body})

    def _added(self, asked: Asked) -> Fields:
        return [(b"x-request-id", asked.request_id.encode()), *hardened([]), *self._origins.headers(asked.head.origin)]

    async def _websocket(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        asked, code, status = _nothing(scope), "", 101
        try:
            asked = self._read(scope)
            if asked.route is None:
                raise Problem(404, "not_found", "Nothing is served here.")
            self._origins.check_page(asked.head.origin, host=asked.head.host)
            await self._rates.check(asked.client, route=asked.route.prefix, rate=asked.route.rate)
            await self._authenticate(asked)
            await tunnel(scope, receive, send, asked=asked, forwarder=self._forwarder, limits=self._options.upstream)
        except Problem as problem:
            status, code = problem.status, problem.code
            await send(
                {"type": "websocket.close", "code": 1008 if problem.status < 500 else 1013, "reason": problem.code}
            )
        finally:
            self._log.tell(asked, status, code)


@contextmanager
def _traced(asked: Asked) -> Iterator[None]:
    """The request as a span, where traces are made: what is asked of modules becomes part of it."""
    if not tracing():
        yield
        return
    origin = Origin(actor="anonymous", correlation_id=asked.request_id, traceparent=asked.traceparent)
    token = current.set(Call("", inf, "", origin))
    try:
        with span(asked.method, Hop.SERVER, **{"url.path": asked.path[:200]}):
            asked.traceparent = current.get().origin.traceparent
            yield
    finally:
        current.reset(token)


def _shown(asked: Asked) -> Mapping[str, str]:
    """The headers that an authenticator is shown."""
    head = asked.head
    shown = {
        "authorization": head.authorization,
        "cookie": head.cookie,
        "host": head.host,
        "origin": head.origin,
        "x-forwarded-proto": asked.scheme.encode(),
    }
    for line in head.lines:
        if line.startswith((b"referer: ", b"x-csrftoken: ")):
            name, _, value = line.partition(b": ")
            shown[name.decode()] = value[:-2]
    return {name: shown[name].decode("latin-1") for name in CREDENTIAL_HEADERS if shown.get(name)}


def _request(asked: Asked, body: bytes) -> Request:
    headers: dict[str, str] = {}
    for line in asked.head.lines:
        name, _, value = line.partition(b": ")
        key, text = name.decode("latin-1"), value[:-2].decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return Request(
        site=f"{asked.scheme}://{asked.head.host.decode('latin-1').lower()}",
        method=asked.method,
        path=asked.path,
        query=asked.query,
        headers=headers,
        body=body,
        identity=asked.identity,
        client=asked.client,
        request_id=asked.request_id,
        traceparent=asked.traceparent,
        deadline=asked.started + (asked.route.timeout if asked.route else 0.0),
    )


def _nothing(scope: dict[str, Any]) -> Asked:
    """A request of which nothing could be read, for the log."""
    return Asked(
        method=scope.get("method", "GET"), path="", query="", head=Head([]), client="", scheme="http",
        request_id=uuid.uuid4().hex, traceparent="", started=time.monotonic(),
    )  # fmt: skip


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
