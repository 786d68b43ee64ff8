"""One streaming proxy twice, over the gateway's own upstream links: as ASGI for uvicorn, as RSGI for granian.

Neither has a policy, so that ``benchmarks.door_servers`` compares what parses and writes for them, and nothing else.
"""

from __future__ import annotations

import os
import time
from functools import cache
from typing import Any

from seamline.gateway.options import UpstreamLimits
from seamline.gateway.upstream.exchange import Exchange
from seamline.gateway.upstream.pool import Pool

SECONDS = 10.0
HOPS = (b"connection", b"transfer-encoding", b"date", b"server")


@cache
def _pool() -> Pool:
    return Pool(host="127.0.0.1", port=int(os.environ["BACKEND_PORT"]), limits=UpstreamLimits())


async def _asked(path: str, fields: list[tuple[bytes, bytes]]) -> Exchange:
    deadline = time.monotonic() + SECONDS
    exchange = Exchange(_pool(), bodiless=False)
    await exchange.open(deadline)
    lines = b"".join(b"%b: %b\r\n" % field for field in fields if field[0] != b"connection")
    exchange.send(b"GET %b HTTP/1.1\r\n%b\r\n" % (path.encode(), lines))
    exchange.sent()
    await exchange.head(deadline)
    exchange.fields = [(name.lower(), value) for name, value in exchange.fields if name.lower() not in HOPS]
    return exchange


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    """For uvicorn."""
    exchange = await _asked(scope["path"], scope["headers"])
    await send({"type": "http.response.start", "status": exchange.status, "headers": exchange.fields})
    async for data in exchange.chunks(SECONDS):
        await send({"type": "http.response.body", "body": data, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def rsgi(scope: Any, protocol: Any) -> None:
    """For granian."""
    exchange = await _asked(scope.path, [(name.encode(), value.encode()) for name, value in scope.headers.items()])
    fields = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in exchange.fields]
    transport = protocol.response_stream(exchange.status, fields)
    async for data in exchange.chunks(SECONDS):
        await transport.send_bytes(data)
