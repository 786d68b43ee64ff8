"""A gateway that is told to end loses no request; a client that does not read its answer holds nothing for long."""

from __future__ import annotations

import http.client
import socket
import threading
from dataclasses import replace

from seamline.gateway.tests.servers import TEST_OPTIONS, Backend, backend, gateway
from seamline.testing.waiting import wait_until

CLIENTS = 12
WHOLE = 100_000_000
"""Bytes of the large answer."""


class Asking(threading.Thread):
    """Asks on one kept connection until it is told that the connection ends."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        self.answered = 0
        self.lost = ""

    def run(self) -> None:
        try:
            while True:
                self.connection.request("GET", "/a")
                answer = self.connection.getresponse()
                answer.read()
                assert answer.status == 200
                self.answered += 1
                if answer.headers.get("Connection") == "close":
                    return
        except (OSError, http.client.HTTPException, AssertionError) as error:
            self.lost = repr(error)
        finally:
            self.connection.close()


def test_gateway_that_ends_under_load_answers_every_request_and_says_that_connections_end() -> None:
    options = replace(TEST_OPTIONS, linger_seconds=5.0)
    with backend(Backend()) as url, gateway(url, options=options) as door:
        asking = [Asking(door.port) for _ in range(CLIENTS)]
        for each in asking:
            each.start()
        wait_until(lambda: all(each.answered > 20 for each in asking), seconds=20, what="load")
        door.server.should_exit = True
        for each in asking:
            each.join(15)
        assert [each.lost for each in asking] == [""] * CLIENTS
        assert not any(each.is_alive() for each in asking)


def test_without_lingering_kept_connections_are_closed_under_a_request_sooner_or_later() -> None:
    """The planted fault: what the linger is for."""
    with backend(Backend()) as url, gateway(url) as door:
        idle = socket.create_connection(("127.0.0.1", door.port), timeout=5)
        idle.sendall(b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in idle.recv(65536)
        door.server.should_exit = True
        wait_until(lambda: not door.server.server_state.connections, seconds=5, what="the end of connections")
        idle.settimeout(5)
        assert idle.recv(1) == b""
        idle.close()


def test_client_that_takes_nothing_of_its_answer_is_cut_off_and_one_that_is_slow_is_not() -> None:
    with backend(Backend()) as url, gateway(url, write_seconds=0.5, timeout=30.0) as door:
        stuck, slow = (_asks_for_much(door.port) for _ in range(2))
        wait_until(lambda: door.figures.under_way == 2, seconds=5, what="both requests")
        taken, bite = 0, threading.Event()
        slow.settimeout(10)
        while door.figures.under_way > 1 and taken < WHOLE // 2:
            taken += len(slow.recv(100_000))
            bite.wait(0.02)
        assert door.figures.under_way == 1, "the client that takes nothing still holds a connection"
        while taken < WHOLE and (piece := slow.recv(1_000_000)):
            taken += len(piece)
        assert taken >= WHOLE
        stuck.close()
        slow.close()
        wait_until(lambda: door.figures.under_way == 0, seconds=10, what="the end of both")


def _asks_for_much(port: int) -> socket.socket:
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
    connection.connect(("127.0.0.1", port))
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection
