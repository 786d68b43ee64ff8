"""Instances that answer oddly, early or wrongly: clients get what was meant or a clean failure, never a mixture."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import urllib3

from seamline.gateway.tests.servers import TEST_OPTIONS, gateway
from seamline.testing.waiting import wait_until

Script = Callable[[socket.socket], None]
client = urllib3.PoolManager(retries=False, timeout=10)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def instance(script: Script) -> Iterator[str]:
    """An instance that treats each connection by the script; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(5)
            try:
                script(connection)
            except OSError:
                return

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=run, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def always(*parts: bytes) -> Script:
    """Answers every request with these parts, each in a packet of its own."""

    def script(connection: socket.socket) -> None:
        pause = threading.Event()
        while connection.recv(65536):
            for part in parts:
                connection.sendall(part)
                pause.wait(0.05)

    return script


@pytest.mark.parametrize("status", [404, 500, 501, 503])
def test_body_of_an_error_that_comes_after_its_head_arrives(status: int) -> None:
    parts = (b"HTTP/1.1 %d No\r\nContent-Length: 4\r\n\r\n" % status, b"bo", b"dy")
    with instance(always(*parts)) as url, gateway(url) as door:
        answer = client.request("GET", door.url + "/a", timeout=3)
    assert (answer.status, answer.data) == (status, b"body")


@pytest.mark.parametrize("head", [b"304 Not Modified\r\nContent-Length: 100", b"204 No Content\r\nContent-Length: 0"])
def test_answer_without_a_body_keeps_the_connection_whatever_length_it_names(head: bytes) -> None:
    with (
        instance(always(b"HTTP/1.1 " + head + b"\r\n\r\n")) as url,
        gateway(url) as door,
        socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection,
    ):
        for _ in range(2):
            connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65536).startswith(b"HTTP/1.1 " + head[:3])


def test_hints_before_the_answer_are_passed_over() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n"
    with instance(always(hints, OK)) as url, gateway(url) as door:
        assert client.request("GET", door.url + "/a").data == b"ok"


def test_protocol_that_nobody_asked_for_is_502() -> None:
    reply = b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nanything"
    with instance(always(reply)) as url, gateway(url) as door:
        assert client.request("GET", door.url + "/a", timeout=3).status == 502


@pytest.mark.parametrize(
    "more", [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Planted: ", b"rubbish"]
)
def test_what_follows_an_answer_reaches_no_later_request(more: bytes) -> None:
    with instance(always(OK + more)) as url, gateway(url) as door:
        answers = [client.request("GET", door.url + "/a", timeout=3) for _ in range(4)]
    assert {(answer.status, answer.data) for answer in answers} == {(200, b"ok")}
    assert not any("X-Planted" in answer.headers for answer in answers)


def test_early_refusal_of_an_upload_is_passed_on_before_the_upload_ends() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno")
        threading.Event().wait(8)

    with (
        instance(refuse) as url,
        gateway(url) as door,
        socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection,
    ):
        connection.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"x" * 200_000)
        assert connection.recv(65536).startswith(b"HTTP/1.1 403")


def test_chunks_that_break_off_are_not_taken_for_whole() -> None:
    def half(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")

    with instance(half) as url, gateway(url) as door, pytest.raises(urllib3.exceptions.HTTPError):
        client.request("GET", door.url + "/a", timeout=3)


def test_headers_for_safety_are_said_once() -> None:
    reply = b"HTTP/1.1 200 OK\r\nX-Frame-Options: SAMEORIGIN\r\nContent-Length: 2\r\n\r\nok"
    with instance(always(reply)) as url, gateway(url) as door:
        answer = client.request("GET", door.url + "/a")
    assert answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert answer.headers.getlist("X-Content-Type-Options") == ["nosniff"]


def test_requests_that_wait_for_an_instance_that_dies_hear_of_it_at_once() -> None:
    gone = threading.Event()

    def die(connection: socket.socket) -> None:
        connection.recv(65536)
        gone.wait(8)

    few = replace(TEST_OPTIONS, upstream=replace(TEST_OPTIONS.upstream, connections=2))
    statuses: list[int] = []
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(instance(die))
        with gateway(url, options=few, timeout=20.0) as door:
            threads = [threading.Thread(target=lambda: statuses.append(_post(door.url))) for _ in range(8)]
            for thread in threads:
                thread.start()
            wait_until(lambda: door.figures.under_way == 8, seconds=5, what="requests that wait")
            stack.close()  # nobody listens any more
            gone.set()
            for thread in threads:
                thread.join(10)
    assert statuses == [502] * 8


def _post(url: str) -> int:
    return int(urllib3.request("POST", url + "/a", retries=False, timeout=15).status)
