"""uvicorn's server, which ends so that no request meets a connection that has just been closed."""

from __future__ import annotations

import asyncio
import socket

import uvicorn

LOOK = 0.02


class DoorServer(uvicorn.Server):
    """:param linger: seconds in which kept connections may still ask, and hear with the answer that they end."""

    def __init__(self, config: uvicorn.Config, *, linger: float) -> None:
        super().__init__(config)
        self._linger = linger

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no new connections, let kept ones say goodbye, finish what is under way."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            leave = getattr(connection, "leave", None)  # WebSockets are ended as they are
            if leave is not None:
                leave()
        loop = asyncio.get_running_loop()
        until = loop.time() + self._linger
        while self.server_state.connections and loop.time() < until:
            await asyncio.sleep(LOOK)
        await super().shutdown(sockets)
