"""Clients that leave, dawdle, or write what could be read in two ways: they hold nothing and harm nobody else."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from seamline.gateway.tests.servers import TEST_OPTIONS, Backend, Gateway, backend, gateway
from seamline.testing.waiting import wait_until

client = urllib3.PoolManager(retries=False, timeout=10)


class Endless:
    """An application that says something now and then, until the other side has gone."""

    def __init__(self) -> None:
        self.asked = self.left = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await receive()
        self.asked += 1
        gone = asyncio.create_task(receive())
        if scope["path"] == "/events":
            await send({"type": "http.response.start", "status": 200, "headers": []})
        while not gone.done():
            if scope["path"] == "/events":
                await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await asyncio.wait((gone,), timeout=0.05)
        self.left += 1


@contextmanager
def speaking(door: Gateway) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", door.port), timeout=5) as connection:
        yield connection


def until_end(connection: socket.socket) -> bytes:
    said = b""
    try:
        while data := connection.recv(65536):
            said += data
    except ConnectionResetError:
        pass
    return said


def answers(connection: socket.socket, wanted: bytes) -> bytes:
    """What is said until this has been."""
    said = b""
    while wanted not in said:
        data = connection.recv(65536)
        assert data, said
        said += data
    return said


@pytest.mark.parametrize("path", [b"/events", b"/waiting"])
def test_client_that_leaves_ends_its_request_at_the_module_too(path: bytes) -> None:
    endless = Endless()
    with backend(endless) as url, gateway(url, timeout=30.0) as door:
        with speaking(door) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
            wait_until(lambda: endless.asked == 1, seconds=5)
            if path == b"/events":
                answers(connection, b"data: 1")
        wait_until(lambda: endless.left == 1 and door.figures.under_way == 0, seconds=5)


@pytest.mark.parametrize("trailer", [b"Content-Length: 1", b"Authorization: x", b"X-Planted: x", b"Host: y"])
def test_trailers_are_no_headers(trailer: bytes) -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(
            b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"3\r\nabc\r\n0\r\n" + trailer + b"\r\n\r\n"
        )
        said = until_end(connection)
    if said.startswith(b"HTTP/1.1 200"):
        assert behind.requests[0]["body"] == b"abc"
        assert not {"x-planted", "authorization"} & behind.requests[0]["headers"].keys()
    else:
        assert said.startswith(b"HTTP/1.1 400")
        assert behind.requests == []


def test_trailers_without_end_are_cut_off() -> None:
    with backend(Backend()) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-A: ")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            for _ in range(200):
                connection.sendall(b"x" * 100_000)


def test_upload_that_is_refused_early_leaves_a_connection_that_works() -> None:
    with backend(Backend()) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(b"POST /internal/x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"x" * 100)
        answers(connection, b"Nothing is served here")
        connection.sendall(b"x" * 299_900 + b"GET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        said = until_end(connection)
    assert said.startswith(b"HTTP/1.1 200"), said


def test_client_that_asks_before_it_sends_is_told_to_go_on_or_refused_at_once() -> None:
    head = b" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    behind = Backend()
    with backend(behind) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(b"POST /internal/x" + head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 404")
        connection.sendall(b"abc" + b"POST /a" + head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"def")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200")
    assert [seen["body"] for seen in behind.requests] == [b"def"]


def test_upload_that_dawdles_after_its_answer_is_ended() -> None:
    with backend(Backend()) as url, gateway(url, head_seconds=0.5) as door, speaking(door) as connection:
        connection.sendall(b"POST /internal/x HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"x" * 100)
        answers(connection, b"Nothing is served here")
        assert until_end(connection) == b""


def test_large_header_is_refused_though_it_comes_at_once() -> None:
    with backend(Backend()) as url, gateway(url, head_bytes=4000) as door, speaking(door) as connection:
        connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 10_000 + b"\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 431")


def test_connection_that_sends_only_empty_lines_is_ended() -> None:
    with backend(Backend()) as url, gateway(url, head_seconds=0.5) as door, speaking(door) as connection:
        connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        answers(connection, b'"size"')
        connection.sendall(b"\r\n")
        assert b" 200 " not in until_end(connection)


def test_bad_request_does_not_spoil_the_answer_before_it() -> None:
    with backend(Backend()) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n")
        answers(connection, b"data: 0")
        connection.sendall(b"rubbish\r\n\r\n")
        said = until_end(connection)
    assert b"HTTP/1.1" not in said
    assert b"data: 2" in said
    assert said.endswith(b"0\r\n\r\n")


def test_slow_header_does_not_spoil_the_answer_before_it() -> None:
    with backend(Endless()) as url, gateway(url, head_seconds=1.0) as door, speaking(door) as connection:
        connection.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        answers(connection, b"data: 1")
        connection.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\nX-")
        said, ended = b"", time.monotonic() + 1.5
        while time.monotonic() < ended:
            said += (data := connection.recv(65536))
            assert data
    assert b"HTTP/1.1" not in said
    assert b"data: 1" in said


def test_upgrade_that_is_not_known_is_passed_over_and_ends_the_connection() -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(
            b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        said = until_end(connection)
    assert said.startswith(b"HTTP/1.1 200")
    assert [seen["path"] for seen in behind.requests] == ["/a"]


@pytest.mark.parametrize("protocol", [b"h2c", b"websocket"])
def test_upgrade_with_a_body_reaches_nobody(protocol: bytes) -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(
            b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: " + protocol + b"\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            b"Content-Length: 5\r\n\r\nabcde"
        )
        assert until_end(connection).startswith(b"HTTP/1.1 400")
    assert behind.requests == []


@pytest.mark.parametrize(
    ("sound", "request_head"),
    [
        (False, b"GET /a HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\n\r\n"),
        (False, b"POST /a HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (False, b"GET http://evil.example/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        (True, b"GET http://x/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        (True, b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
               b"3;name=value\r\nabc\r\n0\r\n\r\n"),
    ],
    ids=["folded line", "chunks of HTTP/1.0", "other host in the target", "same host in the target", "extension"],
)  # fmt: skip
def test_odd_request_is_taken_only_where_it_has_one_meaning(sound: bool, request_head: bytes) -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url) as door, speaking(door) as connection:
        connection.sendall(request_head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200" if sound else b"HTTP/1.1 400")
    assert [seen["path"] for seen in behind.requests] == ["/a"] * sound


def test_slow_uploads_neither_reach_the_module_nor_open_its_breaker() -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url, timeout=0.6, body_seconds=9.0) as door:
        with speaking(door) as connection:
            connection.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\n")
            for byte in (b"a", b"b", b"c"):
                threading.Event().wait(0.3)
                connection.sendall(byte)
            assert until_end(connection).startswith(b"HTTP/1.1 200")
        assert behind.requests[0]["body"] == b"abc"


def test_kept_answer_is_for_what_was_asked_and_for_nobody_in_particular() -> None:
    behind = Backend()
    public = {"X-Cache": "public, max-age=60"}
    with backend(behind) as url, gateway(url) as door:
        for headers in (public, public | {"Host": "other"}):
            for _ in range(2):
                client.request("GET", door.url + "/site", headers=headers)
        assert len(behind.requests) == 2
        for _ in range(2):
            client.request("GET", door.url + "/fat", headers=public)
            client.request("GET", door.url + "/fat", headers=public, body=b"x")
        assert [seen["body"] for seen in behind.requests[2:]] == [b"", b"x", b"x"]
        for credentials in ({"Cookie": "a=b"}, {"Authorization": "Bearer x"}, {}):
            client.request("GET", door.url + "/own", headers={"X-Cache": "max-age=60"} | credentials)
        assert len(behind.requests) == 8
        answer = client.request("HEAD", door.url + "/site", headers=public)
        assert int(answer.headers["Content-Length"]) > 20
        assert "Age" in answer.headers


def test_header_given_twice_is_not_mistaken_for_its_last_line() -> None:
    behind = Backend()
    with backend(behind) as url, gateway(url) as door:
        for languages in (b"X-Lang: xx\r\nX-Lang: de", b"X-Lang: de"):
            with speaking(door) as connection:
                connection.sendall(
                    b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Cache: public, max-age=60\r\n"
                    b"X-Vary: X-Lang\r\n" + languages + b"\r\n\r\n"
                )
                until_end(connection)
    assert len(behind.requests) == 2


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [("https://evil.example", False), ("null", False), ("https://good.example", True), ("own", True), (None, True)],
)
def test_web_sockets_are_for_pages_of_ours(origin: str | None, allowed: bool) -> None:
    options = replace(TEST_OPTIONS, cors_origins=("https://good.example",))
    with backend(Backend()) as url, gateway(url, options=options) as door:
        shown: Any = door.url if origin == "own" else origin
        try:
            with connect(f"ws://127.0.0.1:{door.port}/ws", proxy=None, origin=shown) as tunnel:
                tunnel.send("text")
                assert tunnel.recv(timeout=5) == "text"
                status = 101
        except InvalidStatus as error:
            status = error.response.status_code
    assert status == (101 if allowed else 403)
