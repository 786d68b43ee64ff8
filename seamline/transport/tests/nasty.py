"""Servers that answer badly, over real sockets: each connection is handled by a function in a thread of its own."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(slots=True, kw_only=True)
class Server:
    """Where it listens, and what it saw."""

    port: int
    accepted: list[socket.socket] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def request(self, opened: socket.socket) -> bytes:
        """The next whole request of a connection; empty at its end."""
        data = b""
        while b"\r\n\r\n" not in data:
            piece = opened.recv(65536)
            if not piece:
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += opened.recv(65536)
        self.requests.append(head + b"\r\n\r\n" + body)
        return self.requests[-1]


Handler = Callable[[Server, socket.socket], None]


@contextlib.contextmanager
def serving(handler: Handler, *, port: int = 0) -> Iterator[Server]:
    """A server on 127.0.0.1 whose connections the handler has; all of them are closed at the end."""
    listener = socket.create_server(("127.0.0.1", port))
    server = Server(port=listener.getsockname()[1])

    def handled(opened: socket.socket) -> None:
        with contextlib.suppress(OSError), opened:
            handler(server, opened)

    def accept() -> None:
        while True:
            try:
                opened, _ = listener.accept()
            except OSError:
                return
            server.accepted.append(opened)
            threading.Thread(target=handled, args=(opened,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for opened in server.accepted:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
        thread.join(timeout=5)


def answering(*pieces: bytes) -> Handler:
    """Send the same pieces, one send each, to every request, and keep the connection."""

    def handler(server: Server, opened: socket.socket) -> None:
        while server.request(opened):
            for piece in pieces:
                opened.sendall(piece)

    return handler


def ending(answer: bytes) -> Handler:
    """Answer one request and close."""

    def handler(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(answer)

    return handler


def resetting(answer: bytes) -> Handler:
    """Send a beginning and reset the connection."""

    def handler(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(answer)
        reset(opened)

    return handler


def dripping(beginning: bytes, drop: bytes) -> Handler:
    """Send a beginning, then one drop each 20 ms for as long as anybody listens."""

    def handler(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(beginning)
        while not server.stopping.wait(0.02):
            opened.sendall(drop)

    return handler


def flooding(beginning: bytes, piece: bytes) -> Handler:
    """Send a beginning, then pieces without an end."""

    def handler(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(beginning)
        while not server.stopping.is_set():
            opened.sendall(piece)

    return handler


def reset(opened: socket.socket) -> None:
    """End a connection by a reset instead of a close."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    opened.close()
