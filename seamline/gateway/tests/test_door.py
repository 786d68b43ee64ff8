"""What goes through the door and what does not, over real sockets."""

from __future__ import annotations

import http.client
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import urllib3
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from seamline.gateway.authenticating import Admitted, Denied, Verdict
from seamline.gateway.tests.servers import TEST_OPTIONS, Backend, Gateway, backend, gateway
from seamline.testing.brokers import valkey
from seamline.testing.waiting import wait_until

client = urllib3.PoolManager(retries=False)


@pytest.fixture(scope="module")
def lasting() -> Iterator[tuple[Backend, str, Gateway]]:
    behind = Backend()
    with backend(behind) as url, gateway(url) as opened:
        yield behind, url, opened


@pytest.fixture
def behind(lasting: tuple[Backend, str, Gateway]) -> Backend:
    lasting[0].requests.clear()
    lasting[0].closes.clear()
    return lasting[0]


@pytest.fixture
def address(behind: Backend, lasting: tuple[Backend, str, Gateway]) -> str:
    return lasting[1]


@pytest.fixture
def door(behind: Backend, lasting: tuple[Backend, str, Gateway]) -> Gateway:
    return lasting[2]


def get(door: Gateway, path: str = "/a", **headers: str) -> Any:
    return client.request("GET", door.url + path, headers={k.replace("_", "-"): v for k, v in headers.items()})


def raw(door: Gateway, data: bytes) -> bytes:
    """What the gateway answers to these bytes, until it closes or says nothing more."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=3) as connection:
        connection.sendall(data)
        received = b""
        try:
            while part := connection.recv(65536):
                received += part
                connection.settimeout(0.25)
        except (TimeoutError, ConnectionResetError):
            return received
        return received


def test_request_goes_through_with_method_path_query_body_and_headers(door: Gateway, behind: Backend) -> None:
    answer = client.request("POST", door.url + "/a%20b?x=1&y=%2F", body=b"body", headers={"X-Own": "1"})
    assert (answer.status, answer.json()["by"]) == (200, "backend")
    (seen,) = behind.requests
    assert (seen["path"], seen["method"], seen["body"], seen["headers"]["x-own"]) == ("/a b", "POST", b"body", "1")


@pytest.mark.parametrize(
    "header",
    ["Seamline-Identity", "seamline-identity", "SEAMLINE_IDENTITY", "X-Real-IP", "Forwarded", "X-Forwarded-Host",
     "X-Original-URL", "X-Accel-Redirect"],
)  # fmt: skip
def test_header_that_only_the_gateway_may_send_is_dropped(door: Gateway, behind: Backend, header: str) -> None:
    client.request("GET", door.url + "/a", headers={header: "forged"})
    assert "forged" not in json.dumps(behind.requests[0]["headers"])


def test_client_cannot_say_who_it_is_connected_through(door: Gateway, behind: Backend) -> None:
    get(door, X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="https", Connection="x-own", X_Own="1")
    headers = behind.requests[0]["headers"]
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert "x-own" not in headers


def test_proxy_that_is_trusted_is_believed(address: str, behind: Backend) -> None:
    with gateway(address, options=replace(TEST_OPTIONS, trusted_proxies=("127.0.0.0/8",))) as door:
        get(door, X_Forwarded_For="6.6.6.6, 9.9.9.9, 127.0.0.9", X_Forwarded_Proto="https")
    headers = behind.requests[0]["headers"]
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("9.9.9.9", "https")


def test_request_id_and_trace_are_kept_if_they_are_sound(door: Gateway, behind: Backend) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = get(door, X_Request_ID="sound-id-1", traceparent=trace)
    assert answer.headers["X-Request-ID"] == behind.requests[0]["headers"]["x-request-id"] == "sound-id-1"
    assert behind.requests[0]["headers"]["traceparent"] == trace
    answer = get(door, X_Request_ID="<evil>", traceparent="evil")
    assert len(answer.headers["X-Request-ID"]) == 32
    assert "traceparent" not in behind.requests[1]["headers"]


@pytest.mark.parametrize(
    "path",
    ["/a/../internal/x", "/a/%2e%2e/internal", "//internal/x", "/a/%2fb", "/a\\b", "/a/./b", "/a%00", "/%252e%252e/x",
     "/a%5c..", "/a%zz", "/a//b"],
)  # fmt: skip
def test_path_that_two_servers_could_read_differently_is_refused(door: Gateway, behind: Backend, path: str) -> None:
    answer = raw(door, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 400")
    assert behind.requests == []


@pytest.mark.parametrize("path", ["/internal/calls/orders/place", "/internal/", "/metrics"])
def test_internal_paths_lead_nowhere(door: Gateway, behind: Backend, path: str) -> None:
    assert get(door, path).status == 404
    assert behind.requests == []


SMUGGLING = {
    "length and coding": b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "same length twice": b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "length that is none": b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: +4\r\n\r\nabcd",
    "unknown coding": b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "space before colon": b"GET /a HTTP/1.1\r\nHost: x\r\nContent-Length : 4\r\n\r\nabcd",
    "bare line feed": b"GET /a HTTP/1.1\nHost: x\n\n",
    "two hosts": b"GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no host": b"GET /a HTTP/1.1\r\n\r\n",
    "NUL in a header": b"GET /a HTTP/1.1\r\nHost: x\r\nX-A: a\x00b\r\n\r\n",
    "chunk of no length": b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "nonsense": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}


@pytest.mark.parametrize("attempt", SMUGGLING.values(), ids=SMUGGLING.keys())
def test_request_whose_end_is_not_certain_reaches_nobody(door: Gateway, behind: Backend, attempt: bytes) -> None:
    answer = raw(door, attempt + b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.split(b" ", 2)[1][:1] in (b"4", b"5")
    assert b" 200 " not in answer
    assert not any(seen["path"] == "/smuggled" for seen in behind.requests)


def test_pipelined_requests_are_answered_in_order(door: Gateway) -> None:
    answer = raw(door, b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(5)))
    places = [answer.index(b'"path": "/%d"' % number) for number in range(5)]
    assert places == sorted(places)


def test_large_header_too_many_fields_and_long_target_are_refused(door: Gateway) -> None:
    assert raw(door, b"GET /a HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 40_000).startswith(b"HTTP/1.1 431")
    fields = b"".join(b"X-%d: 1\r\n" % number for number in range(150))
    assert raw(door, b"GET /a HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n").startswith(b"HTTP/1.1 431")
    assert raw(door, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n").startswith(b"HTTP/1.1 414")


def test_slow_header_is_ended(address: str) -> None:
    with gateway(address, head_seconds=0.3) as door:
        started = time.monotonic()
        assert raw(door, b"GET /a HTTP/1.1\r\nHost: x\r\nX-").startswith(b"HTTP/1.1 408")
        assert raw(door, b"") == b""
        assert time.monotonic() - started < 2


def test_slow_body_is_ended(address: str, behind: Backend) -> None:
    with gateway(address, body_seconds=0.3) as door:
        answer = raw(door, b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 408")
    assert behind.requests == []


@pytest.mark.parametrize("chunked", [False, True])
def test_body_that_is_too_large_is_refused(address: str, behind: Backend, chunked: bool) -> None:
    with gateway(address, most_body=10_000) as door:
        answer = client.request("POST", door.url + "/a", body=b"x" * 20_000, chunked=chunked)
        assert (answer.status, answer.json()["code"]) == (413, "body_too_large")
    assert behind.requests == []


def test_body_is_streamed_up_and_down_without_being_held(door: Gateway) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    part = b"x" * 1_000_000
    answer = client.request("POST", door.url + "/upload", body=(part for _ in range(50)), chunked=True)
    assert answer.json()["size"] == 50_000_000
    answer = client.request("GET", door.url + "/large", preload_content=False)
    assert sum(len(data) for data in answer.stream(1_000_000)) == 100_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_events_arrive_as_they_are_sent(door: Gateway) -> None:
    started = time.monotonic()
    answer = client.request("GET", door.url + "/stream", preload_content=False)
    arrived = [time.monotonic() - started for _ in answer.stream(16)]
    assert arrived[0] < 0.12
    assert arrived[-1] > 0.25


def test_web_socket_passes_messages_and_close_codes_both_ways(door: Gateway, behind: Backend) -> None:
    with connect(f"ws://127.0.0.1:{door.port}/ws", proxy=None) as tunnel:
        for message in ("text", b"bytes", "x" * 100_000):
            tunnel.send(message)
            assert tunnel.recv(timeout=5) == message
        tunnel.send("bye")
        with pytest.raises(ConnectionClosed):
            tunnel.recv(timeout=5)
        assert (tunnel.close_code, tunnel.close_reason) == (4001, "as asked")
    with connect(f"ws://127.0.0.1:{door.port}/ws", proxy=None) as tunnel:
        tunnel.close(4002)
    wait_until(lambda: behind.closes == [4002])


class Judge:
    """An authenticator that says what it was told to."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def remembered(self, *, headers: Any, method: str, path: str) -> Verdict | None:
        return None

    async def authenticate(self, *, headers: Any, method: str, path: str) -> Verdict:
        return self.verdict

    async def close(self) -> None:
        """Nothing."""


def test_identity_goes_on_in_place_of_credentials(address: str, behind: Backend) -> None:
    with gateway(address, authenticator=Judge(Admitted(identity="sealed"))) as door:
        get(door, Authorization="Bearer x", Cookie="a=b", X_CSRFToken="c")
    headers = behind.requests[0]["headers"]
    assert headers["seamline-identity"] == "sealed"
    assert not {"authorization", "cookie", "x-csrftoken"} & headers.keys()


def test_request_that_is_denied_reaches_nobody(address: str, behind: Backend) -> None:
    denied = Denied(status=401, code="authentication_failed", detail="No.", challenge="Bearer")
    with gateway(address, authenticator=Judge(denied)) as door:
        answer = get(door)
    told = (answer.status, answer.json()["code"], answer.headers["WWW-Authenticate"])
    assert told == (401, "authentication_failed", "Bearer")
    assert behind.requests == []


def test_rate_of_a_client_is_bounded_and_says_when_to_come_again(address: str) -> None:
    with gateway(address, rate="3/minute") as door:
        statuses = [get(door).status for _ in range(5)]
        answer = get(door)
    assert statuses == [200, 200, 200, 429, 429]
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    assert answer.headers["RateLimit-Limit"] == "3"


def test_replicas_that_share_a_memory_count_together_and_let_in_when_it_is_away(address: str) -> None:
    with valkey() as broker:
        shared = {"rate": "3/minute", "rate_store": broker.url}
        with gateway(address, **shared) as one, gateway(address, **shared) as other:
            statuses = [get(door).status for door in (one, other, one, other)]
        assert statuses == [200, 200, 200, 429]
    with gateway(address, rate="3/minute", rate_store=broker.url) as door:
        assert {get(door).status for _ in range(6)} == {200}


def test_dead_instance_is_passed_over_and_all_dead_is_502(address: str) -> None:
    dead = socket.create_server(("127.0.0.1", 0))
    nobody = f"http://127.0.0.1:{dead.getsockname()[1]}"
    dead.close()
    with gateway(nobody, address) as door:
        assert {client.request("POST", door.url + "/a", body=b"x").status for _ in range(10)} == {200}
    with gateway(nobody) as door:
        answer = get(door)
        assert (answer.status, answer.json()["code"]) == (502, "bad_gateway")
    with gateway() as door:
        answer = get(door)
        assert (answer.status, answer.json()["code"]) == (503, "no_instance")
        assert answer.headers["Retry-After"]


def test_instance_that_is_too_slow_is_504(address: str) -> None:
    with gateway(address, timeout=0.3) as door:
        started = time.monotonic()
        answer = get(door, "/slow")
        assert (answer.status, answer.json()["code"]) == (504, "gateway_timeout")
        assert time.monotonic() - started < 1


def breaking(after: bytes) -> tuple[socket.socket, list[bytes]]:
    """A server that reads a request, says this, and closes; and what it has read."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen: list[bytes] = []

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                seen.append(connection.recv(65536))
                connection.sendall(after)

    threading.Thread(target=run, daemon=True).start()
    return listener, seen


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 200 OK\r\nConte", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"],
    ids=["nothing", "half a head", "rubbish", "no length"],
)
def test_instance_without_a_sound_answer_is_502(reply: bytes) -> None:
    listener, _ = breaking(reply)
    with listener, gateway(f"http://127.0.0.1:{listener.getsockname()[1]}") as door:
        assert get(door).status == 502


def test_answer_that_breaks_off_is_not_taken_for_whole() -> None:
    listener, _ = breaking(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
    with listener, gateway(f"http://127.0.0.1:{listener.getsockname()[1]}") as door:
        connection = http.client.HTTPConnection("127.0.0.1", door.port, timeout=5)
        connection.request("GET", "/a")
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            connection.getresponse().read()


def test_writing_request_is_repeated_only_with_an_idempotency_key(address: str) -> None:
    listener, seen = breaking(b"")
    broken = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with listener:
        with gateway(broken) as door:
            assert client.request("POST", door.url + "/a", body=b"x").status == 502
            assert len(seen) == 1
        with gateway(broken, address) as door:
            keyed = {"Idempotency-Key": "k"}
            answers = [client.request("POST", door.url + "/a", body=b"x", headers=keyed) for _ in range(6)]
            assert {answer.status for answer in answers} == {200}


def test_breaker_opens_before_a_module_that_fails(behind: Backend, address: str) -> None:
    with gateway(address) as door:
        for _ in range(25):
            get(door, X_Status="500")
        answer = get(door)
    assert (answer.status, answer.json()["code"]) == (503, "circuit_open")
    assert len(behind.requests) < 25
    assert answer.headers["Retry-After"]


def test_kept_answer_is_not_asked_for_again(door: Gateway, behind: Backend) -> None:
    answers = [get(door, X_Cache="public, max-age=60") for _ in range(3)]
    assert len(behind.requests) == 1
    assert {answer.data for answer in answers} == {answers[0].data}
    assert get(door, If_None_Match=answers[-1].headers["ETag"]).status == 304


def test_unknown_host_and_forbidden_method_are_refused(address: str, behind: Backend) -> None:
    with gateway(address, options=replace(TEST_OPTIONS, hosts=("shop.example", ".shops.example"))) as door:
        assert get(door, Host="evil.example").status == 421
        assert get(door, Host="shop.example:80").status == get(door, Host="a.shops.example").status == 200
        assert client.request("TRACE", door.url + "/a", headers={"Host": "shop.example"}).status == 405
    assert len(behind.requests) == 2


def test_pages_of_allowed_origins_may_call_and_of_others_may_not(address: str) -> None:
    with gateway(address, options=replace(TEST_OPTIONS, cors_origins=("https://good.example",))) as door:
        asked = {"Origin": "https://good.example", "Access-Control-Request-Method": "POST"}
        answer = client.request("OPTIONS", door.url + "/a", headers=asked)
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (204, "https://good.example")
        assert get(door, Origin="https://good.example").headers["Access-Control-Allow-Credentials"] == "true"
        assert "Access-Control-Allow-Origin" not in get(door, Origin="https://evil.example").headers


def test_answers_carry_headers_for_safety(door: Gateway) -> None:
    headers = get(door).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert "Server" not in headers


def test_request_under_way_is_finished_when_the_gateway_ends(address: str) -> None:
    with gateway(address) as door:
        received: list[bytes] = []
        thread = threading.Thread(target=lambda: received.append(get(door, "/stream").data))
        thread.start()
        wait_until(lambda: door.figures.under_way == 1)
        door.server.should_exit = True
        thread.join(timeout=5)
    assert received == [b"data: 0\n\ndata: 1\n\ndata: 2\n\n"]
