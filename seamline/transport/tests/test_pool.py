"""Which connections are kept, and what becomes of them when servers, processes and many threads come and go."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seamline.testing.waiting import wait_until
from seamline.transport import Answer, Lost, NotSent, Pool, StaleConnection
from seamline.transport.tests.nasty import OK, Server, answering, reset, serving


def ask(pool: Pool, *, body: bytes = b"{}", seconds: float = 5) -> Answer:
    return pool.exchange(method="POST", target="/", headers=(), body=body, deadline=time.monotonic() + seconds)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nok",
    ],
)
def test_connection_that_the_server_does_not_keep_is_not_used_again(answer: bytes) -> None:
    with serving(answering(answer)) as server:
        pool = Pool(url=server.url)
        assert [ask(pool).body for _ in range(3)] == [b"ok"] * 3
        assert len(server.accepted) == 3


def test_connection_is_given_up_a_little_before_the_server_gives_it_up() -> None:
    with serving(answering(b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1, max=9\r\nContent-Length: 0\r\n\r\n")) as server:
        pool = Pool(url=server.url)
        ask(pool)
        ask(pool)
        assert len(server.accepted) == 1
        pause = threading.Event()
        pause.wait(0.55)
        ask(pool)
        assert len(server.accepted) == 2


def test_server_that_closes_after_each_answer_without_saying_so_costs_no_request() -> None:
    def closing(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(OK)
        opened.shutdown(socket.SHUT_RDWR)
        closed.set()

    with serving(closing) as server:
        pool = Pool(url=server.url)
        for number in range(1, 6):
            closed = threading.Event()
            assert ask(pool).body == b"ok"
            assert closed.wait(5)
            assert len(server.requests) == number


def test_restarted_server_costs_no_request() -> None:
    with serving(answering(OK)) as server:
        pool = Pool(url=server.url)
        ask(pool)
        port = server.port
    with pytest.raises(NotSent):
        ask(pool)
    with serving(answering(OK), port=port) as server:
        assert ask(pool).body == b"ok"
        assert len(server.requests) == 1


@pytest.mark.parametrize("by_reset", [False, True])
def test_kept_connection_that_ends_under_the_request_is_told_from_a_fresh_one(by_reset: bool) -> None:
    """The race that no look beforehand can exclude: the server closes while the request is on its way."""

    def once(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(OK)
        server.request(opened)
        if by_reset:
            reset(opened)

    with serving(once) as server:
        pool = Pool(url=server.url)
        ask(pool)
        with pytest.raises(StaleConnection, match="broke the connection"):
            ask(pool)
        assert ask(pool).body == b"ok"


def test_kept_connection_that_breaks_within_the_answer_is_lost() -> None:
    def broken(server: Server, opened: socket.socket) -> None:
        server.request(opened)
        opened.sendall(OK)
        server.request(opened)
        opened.sendall(b"HTTP/1.1 200")

    with serving(broken) as server:
        pool = Pool(url=server.url)
        ask(pool)
        with pytest.raises(Lost) as caught:
            ask(pool)
        assert type(caught.value) is Lost


def test_answer_that_nobody_asked_for_is_never_taken_for_the_next_one() -> None:
    def talking(server: Server, opened: socket.socket) -> None:
        while server.request(opened):
            opened.sendall(OK)
            if said.is_set() or not more.wait(5):
                continue
            opened.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother")
            said.set()

    more, said = threading.Event(), threading.Event()
    with serving(talking) as server:
        pool = Pool(url=server.url)
        assert ask(pool).body == b"ok"
        more.set()
        assert said.wait(5)
        assert ask(pool).body == b"ok"
        assert len(server.accepted) == 2


def test_sixty_four_threads_each_get_their_own_answer_and_no_more_than_allowed_stays_open() -> None:
    def echoing(server: Server, opened: socket.socket) -> None:
        while request := server.request(opened):
            body = request.partition(b"\r\n\r\n")[2]
            opened.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def worker(number: int) -> bool:
        bodies = [b"%d:%d:" % (number, turn) + b"x" * (turn * 997) for turn in range(20)]
        return all(ask(pool, body=body, seconds=30).body == body for body in bodies)

    with serving(echoing) as server:
        pool = Pool(url=server.url, most_idle=8)
        with ThreadPoolExecutor(64) as threads:
            assert all(threads.map(worker, range(64)))
        assert len(server.requests) == 64 * 20
        assert wait_until(lambda: _open(server.port) <= 8, what="connections beyond the idle ones to be closed")
        pool.close()
        assert wait_until(lambda: _open(server.port) == 0, what="idle connections to be closed")


def _open(port: int) -> int:
    """Connections of clients to this port that are established."""
    rows = Path("/proc/self/net/tcp").read_text().splitlines()[1:]
    return sum(row.split()[2].endswith(f":{port:04X}") and row.split()[3] == "01" for row in rows)


def test_forked_child_opens_its_own_connection_and_leaves_its_parents_alone() -> None:
    with serving(answering(OK)) as server:
        pool = Pool(url=server.url)
        ask(pool)
        child = os.fork()
        if child == 0:  # pragma: no cover - another process
            try:
                os._exit(0 if ask(pool).body == ask(pool).body == b"ok" else 1)
            finally:
                os._exit(2)
        try:
            wait_until(lambda: _ended(child), what="the child")
            assert ends[child] == 0
        finally:
            _end(child)
        assert len(server.accepted) == 2
        assert ask(pool).body == b"ok"
        assert len(server.accepted) == 2


ends: dict[int, int] = {}
"""Statuses of children that have ended."""


def _ended(child: int) -> bool:
    pid, status = os.waitpid(child, os.WNOHANG)
    if pid:
        ends[child] = os.waitstatus_to_exitcode(status)
    return bool(pid)


def _end(child: int) -> None:
    if child not in ends:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    path = folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-keyout", str(path), "-out", str(folder / "certificate.pem"), "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (folder / "certificate.pem").read_text())
    return path


def test_https_is_verified_kept_and_bounded_by_the_deadline(certificate: Path) -> None:
    serverside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serverside.load_cert_chain(certificate)

    def secure(server: Server, opened: socket.socket) -> None:
        with serverside.wrap_socket(opened, server_side=True) as inner:
            while server.request(inner):
                inner.sendall(OK)

    with serving(secure) as server:
        url = f"https://localhost:{server.port}"
        with pytest.raises(NotSent, match=r"certificate verify failed|CERTIFICATE_VERIFY_FAILED"):
            ask(Pool(url=url))
        accepted = len(server.accepted)
        pool = Pool(url=url, context=ssl.create_default_context(cafile=str(certificate)))
        assert [ask(pool, body=b"x" * 100_000).body for _ in range(3)] == [b"ok"] * 3
        assert len(server.accepted) == accepted + 1

    def silent(server: Server, opened: socket.socket) -> None:
        server.stopping.wait(10)

    with serving(silent) as server:
        started = time.monotonic()
        with pytest.raises(NotSent, match=r"in time|timed out"):
            ask(Pool(url=f"https://localhost:{server.port}"), seconds=0.2)
        assert time.monotonic() - started < 1.0
