"""Instances to test with: real listeners that answer, break off, say nothing, or are not there."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from seamline.discovery import Balancer, Instance

MODULE = "depot"


def balancer_of(*urls: str) -> Balancer:
    instances = tuple(Instance(id=url, modules=(MODULE,), url=url) for url in urls)
    return Balancer(MODULE, lambda: instances)


class Asked(list[dict[str, Any]]):
    """What an instance was asked."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients end connections as they like."""


@contextmanager
def instance(*, headers: Sequence[tuple[str, str]] = (), status: int = 200) -> Iterator[tuple[str, Asked]]:
    """One that answers what it was asked; yields its address."""
    asked = Asked()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = {
                "method": self.command,
                "target": self.path,
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "names": [name.lower() for name in self.headers],
                "body": self.rfile.read(length).decode(),
                "connection": self.client_address,
            }
            asked.append(request)
            body = b"" if status in (204, 304) else json.dumps(request).encode()
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            if not any(name == "Content-Length" for name, _ in headers) and body:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = _Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def raw(behave: Callable[[socket.socket], None]) -> Iterator[tuple[str, list[bytes]]]:
    """One that does as it likes with each connection, after the header has arrived; yields address and what came."""
    listener = socket.create_server(("127.0.0.1", 0))
    came: list[bytes] = []

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                data = b""
                while b"\r\n\r\n" not in data and (part := connection.recv(65536)):
                    data += part
                came.append(data)
                try:
                    behave(connection)
                except OSError:
                    continue  # the other side was quicker

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", came
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=10)


def breaks_off(connection: socket.socket) -> None:
    """Reset, without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")


def says_nothing(connection: socket.socket) -> None:
    """Until the other side gives up."""
    connection.recv(1)


def answers_half(connection: socket.socket) -> None:
    """And is gone."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def drips(connection: socket.socket) -> None:
    """A body without end, byte for byte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    end = time.monotonic() + 10
    while time.monotonic() < end:
        connection.sendall(b"x")
        time.sleep(0.02)


def answers_nonsense(connection: socket.socket) -> None:
    """No HTTP."""
    connection.sendall(b"SSH-2.0-OpenSSH_9\r\n\r\n")
