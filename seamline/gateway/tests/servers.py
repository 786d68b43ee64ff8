"""A backend that does what tests ask of it, and a gateway before it, both on free ports of this process."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn

from seamline.discovery import Balancer, Instance
from seamline.gateway.authenticating import Anyone, Authenticator
from seamline.gateway.caching import RememberedAnswers
from seamline.gateway.composition.handler import CompositionHandler
from seamline.gateway.door.application import Door
from seamline.gateway.door.fetching import ModuleFetch
from seamline.gateway.door.forwarding import Forwarder
from seamline.gateway.door.log import AccessLog, Figures
from seamline.gateway.door.rates import Rates
from seamline.gateway.door.server import DoorServer
from seamline.gateway.options import Options
from seamline.gateway.routes import Route, Routes
from seamline.gateway.running import configuration
from seamline.gateway.upstream.modules import Modules
from seamline.testing.waiting import wait_until


@dataclass(kw_only=True)
class Backend:
    """An ASGI application that remembers requests and answers by their path."""

    name: str = "backend"
    requests: list[dict[str, Any]] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await self._echo(receive, send)
            return
        path, body, size, more = scope["path"], b"", 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            part, more = message.get("body", b""), message.get("more_body", False)
            size += len(part)
            body += part if size < 100_000 else b""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.requests.append({"path": path, "method": scope["method"], "headers": headers, "body": body, "size": size})
        parts = {"/stream": [b"data: %d\n\n" % number for number in range(3)], "/large": [b"x" * 500_000] * 200}
        if path == "/slow":
            await asyncio.sleep(5)
        if path in parts:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            for each in parts[path]:
                await send({"type": "http.response.body", "body": each, "more_body": True})
                await asyncio.sleep(0.15 if path == "/stream" else 0)
            await send({"type": "http.response.body", "body": b""})
            return
        answer = json.dumps({"by": self.name, "path": path, "size": size}).encode()
        fields = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
        if "x-cache" in headers:
            fields.append((b"cache-control", headers["x-cache"].encode()))
        if "x-vary" in headers:
            fields.append((b"vary", headers["x-vary"].encode()))
        await send({"type": "http.response.start", "status": int(headers.get("x-status", "200")), "headers": fields})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else answer})

    async def _echo(self, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        while (message := await receive())["type"] != "websocket.disconnect":
            if message.get("text") == "bye":
                await send({"type": "websocket.close", "code": 4001, "reason": "as asked"})
                return
            said = {key: message[key] for key in ("text", "bytes") if message.get(key)}
            await send({"type": "websocket.send", **said})
        self.closes.append(message["code"])


@contextmanager
def serving(config: uvicorn.Config, *, linger: float = 0.0) -> Iterator[tuple[int, uvicorn.Server]]:
    """Serve in a thread, on a free port, until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = DoorServer(config, linger=linger)
    thread = threading.Thread(target=lambda: server.run(sockets=[listener]), daemon=True)
    thread.start()
    wait_until(lambda: server.started, seconds=5)
    try:
        yield listener.getsockname()[1], server
    finally:
        server.should_exit = True
        thread.join(timeout=10)


@contextmanager
def backend(application: Any) -> Iterator[str]:
    """The application's address."""
    config = uvicorn.Config(
        application, http="httptools", ws="websockets-sansio", lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    with serving(config) as (port, _):
        yield f"http://127.0.0.1:{port}"


@dataclass(kw_only=True)
class Gateway:
    """A gateway whose every path leads to one module."""

    port: int
    server: uvicorn.Server
    figures: Figures

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


TEST_OPTIONS = Options(hosts=("*",), linger_seconds=0.0)
_names = iter(range(10**9))


@contextmanager
def gateway(
    *urls: str,
    options: Options = TEST_OPTIONS,
    authenticator: Authenticator | None = None,
    rate: str = "",
    rate_store: str = "",
    timeout: float = 5.0,
    most_body: int = 1_000_000_000,
    **client: Any,
) -> Iterator[Gateway]:
    """A gateway before these addresses, of a module of its own, so that breakers start anew.

    :param client: values of ``ClientLimits``.
    """
    module = f"module{next(_names)}"
    instances = tuple(Instance(id=url, modules=(module,), url=url) for url in urls)
    balancer = Balancer(module, lambda: instances)
    chosen = replace(options, client=replace(options.client, **client))
    modules, figures = Modules(balancer_of=lambda name: balancer, limits=chosen.upstream), Figures()
    door = Door(
        routes=Routes([Route(prefix="/", module=module, timeout=timeout, most_body=most_body)]),
        options=chosen,
        forwarder=Forwarder(modules),
        authenticator=authenticator or Anyone(),
        rates=Rates(default=rate, url=rate_store),
        compositions=CompositionHandler((), fetch=ModuleFetch(modules), module_of=lambda path: module),
        cache=RememberedAnswers(),
        figures=figures,
        log=AccessLog(None),
    )
    config = configuration(door, host="127.0.0.1", port=0, options=chosen)
    with serving(config, linger=chosen.linger_seconds) as (port, server):
        yield Gateway(port=port, server=server, figures=figures)
