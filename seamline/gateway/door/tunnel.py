"""A WebSocket through the door: accepted here, opened anew to the module's instance, messages passed both ways.

Close codes go along. This file may not know what is said.
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from seamline.gateway.authenticating import IDENTITY_HEADER
from seamline.gateway.door.asked import Asked
from seamline.gateway.door.body import Receive
from seamline.gateway.door.forwarding import Forwarder, Send
from seamline.gateway.options import UpstreamLimits
from seamline.gateway.problems import broken_upstream, slow_upstream

MOST_MESSAGE = 1024 * 1024


async def tunnel(
    scope: dict[str, Any], receive: Receive, send: Send, *, asked: Asked, forwarder: Forwarder, limits: UpstreamLimits
) -> None:
    """Connect the client with an instance until one of them closes.

    :raises Problem: no instance takes it; nothing was accepted.
    """
    assert asked.route is not None
    target = forwarder.modules.pick(asked.route.module, ())
    asked.upstream, asked.attempts = target.url, 1
    address = urlsplit(target.url)._replace(scheme="ws").geturl() + asked.target
    headers = {"x-request-id": asked.request_id, "x-forwarded-for": asked.client}
    if asked.identity:
        headers[IDENTITY_HEADER] = asked.identity
    try:
        async with connect(
            address,
            additional_headers=headers,
            subprotocols=scope.get("subprotocols") or None,
            open_timeout=limits.connect_seconds * 3,
            max_size=MOST_MESSAGE,
            proxy=None,
        ) as upstream:
            await receive()  # websocket.connect
            await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
            await _pass(receive, send, upstream)
    except TimeoutError as error:
        raise slow_upstream(asked.route.module) from error
    except (OSError, InvalidHandshake) as error:
        raise broken_upstream(asked.route.module) from error


async def _pass(receive: Receive, send: Send, upstream: ClientConnection) -> None:
    async def out() -> None:
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                await upstream.close(message.get("code") or 1000, message.get("reason") or "")
                return
            data = message.get("text")
            await upstream.send(data if data is not None else message["bytes"])

    async def back() -> None:
        try:
            async for data in upstream:
                await send({"type": "websocket.send", "text" if isinstance(data, str) else "bytes": data})
        except ConnectionClosed:
            pass
        code = upstream.close_code or 1006
        if code not in (1005, 1006, 1015):
            await send({"type": "websocket.close", "code": code, "reason": upstream.close_reason or ""})
        else:
            await send({"type": "websocket.close", "code": 1011 if code == 1006 else 1000})

    tasks = (asyncio.create_task(out()), asyncio.create_task(back()))
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
