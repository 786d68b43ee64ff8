"""A network line in a process of its own, which can be cut, mended, or frozen so that it says nothing any more.

Run as ``python line.py PORT...``: it listens once for each port of 127.0.0.1 that it leads to and prints where, as
JSON. SIGUSR1 cuts it: what is open is reset and what is opened is reset at once. SIGUSR2 mends it. It keeps its ports
all the time, so that nobody else can take one while it is cut.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from contextlib import suppress


class Line:
    """All connections through it."""

    def __init__(self) -> None:
        self._cut = False
        self._open: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        self._cut = True
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        self._cut = False

    async def lead(self, port: int) -> int:
        """Listen for what is to go to ``port``; where."""

        async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if self._cut:
                writer.transport.abort()
                return
            with suppress(OSError):
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
                both = {writer, far_writer}
                self._open |= both
                try:
                    if not self._cut:
                        await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
                finally:
                    self._open -= both
                    for end in both:
                        end.transport.abort()

        server = await asyncio.start_server(carry, "127.0.0.1", 0)
        return int(server.sockets[0].getsockname()[1])


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    # Whoever ends one direction ends both, as PostgreSQL and its clients do.
    writer.close()


async def main(ports: list[int]) -> None:
    line, loop = Line(), asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, line.cut)
    loop.add_signal_handler(signal.SIGUSR2, line.mend)
    print(json.dumps([await line.lead(port) for port in ports]), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main([int(port) for port in sys.argv[1:]]))
