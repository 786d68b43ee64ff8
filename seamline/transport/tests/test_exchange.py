"""What a client gets from servers that drip, hang, lie and break, over real sockets."""

from __future__ import annotations

import socket
import time

import pytest

from seamline.transport import Answer, AnswerTooLarge, BadAnswer, ExchangeError, Lost, NotSent, Pool, TimedOut
from seamline.transport.tests.nasty import (
    OK,
    Handler,
    Server,
    answering,
    dripping,
    ending,
    flooding,
    resetting,
    serving,
)

SECRET = "v1 do-not-show-me"


def ask(pool: Pool, *, seconds: float = 5, body: bytes = b"{}", target: str = "/call") -> Answer:
    return pool.exchange(
        method="POST",
        target=target,
        headers=(("Content-Type", "application/json"), ("Authorization", SECRET)),
        body=body,
        deadline=time.monotonic() + seconds,
    )


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


@pytest.mark.parametrize(
    "pieces",
    [
        (OK,),
        tuple(bytes([each]) for each in OK),
        (head("Transfer-Encoding: chunked"), b"1\r\no\r\n", b"1;name=value\r\nk\r\n", b"0\r\nX-Late: 1\r\n\r\n"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,),
    ],
)
def test_answer_in_any_pieces_is_one_answer_and_the_connection_is_kept(pieces: tuple[bytes, ...]) -> None:
    with serving(answering(*pieces)) as server:
        pool = Pool(url=server.url)
        for _ in range(3):
            answer = ask(pool)
            assert (answer.status, answer.body) == (200, b"ok")
            assert "x-late" not in answer.headers
            assert "link" not in answer.headers
        assert len(server.accepted) == 1


def test_request_arrives_as_it_was_given() -> None:
    with serving(answering(OK)) as server:
        ask(Pool(url=f"{server.url}/below/"), body=b"\x00body\r\n\r\n", target="/call?a=1")
        assert server.requests == [
            (
                f"POST /below/call?a=1 HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
                f"Authorization: {SECRET}\r\nContent-Length: 9\r\n\r\n"
            ).encode()
            + b"\x00body\r\n\r\n"
        ]


def test_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 307 Moved\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    with serving(answering(moved)) as server:
        answer = ask(Pool(url=server.url))
        assert (answer.status, answer.headers["location"]) == (307, "http://169.254.169.254/")
        assert len(server.requests) == 1


def hanging(server: Server, opened: socket.socket) -> None:
    server.request(opened)
    server.stopping.wait(10)


def deaf(server: Server, opened: socket.socket) -> None:
    server.stopping.wait(10)


@pytest.mark.parametrize(
    ("handler", "body"),
    [
        (hanging, b"{}"),
        (deaf, b"x" * 64_000_000),
        (dripping(b"", b""), b"{}"),
        (dripping(head("Content-Length: 100000"), b"x"), b"{}"),
        (dripping(b"HTTP/1.1 200 OK\r\nX: ", b"y"), b"{}"),
        (dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), b"{}"),
        (dripping(head("Transfer-Encoding: chunked"), b"1\r\nx\r\n"), b"{}"),
    ],
    ids=["hangs", "takes nothing", "says nothing", "drips a body", "drips a head", "goes on informing", "drips chunks"],
)
def test_deadline_holds_over_the_whole_exchange(handler: Handler, body: bytes) -> None:
    with serving(handler) as server:
        started = time.monotonic()
        with pytest.raises(TimedOut, match=f"127.0.0.1:{server.port} did not answer in time"):
            ask(Pool(url=server.url), seconds=0.2, body=body)
        assert 0.15 < time.monotonic() - started < 1.0


@pytest.mark.parametrize(
    ("handler", "kind", "told"),
    [
        (ending(b""), Lost, "broke the connection"),
        (resetting(b""), Lost, "broke the connection"),
        (ending(b"HTTP/1.1 200 OK\r\nContent-Le"), Lost, "in the middle"),
        (ending(head("Content-Length: 10") + b"short"), Lost, "in the middle"),
        (ending(head("Transfer-Encoding: chunked") + b"5\r\nab"), Lost, "in the middle"),
        (resetting(head("Content-Length: 10") + b"short"), Lost, "broke the connection"),
        (ending(OK + b"x"), BadAnswer, "127"),
        (ending(OK + OK), BadAnswer, "more than was asked for"),
        (ending(b"SSH-2.0-OpenSSH_9.6\r\n"), BadAnswer, "no HTTP"),
        (ending(b"\x16\x03\x01\x00\x02garbage"), BadAnswer, "no HTTP"),
        (ending(head("Content-Length: 2", "Transfer-Encoding: chunked") + b"0\r\n\r\n"), BadAnswer, "no HTTP"),
        (ending(head("Transfer-Encoding: chunked", "Content-Length: 2") + b"0\r\n\r\n"), BadAnswer, "no HTTP"),
        (ending(head("Content-Length: 2", "Content-Length: 3") + b"okk"), BadAnswer, "no HTTP"),
        (ending(head("Content-Length: -1")), BadAnswer, "no HTTP"),
        (ending(head("Transfer-Encoding: chunked") + b"zz\r\nok\r\n0\r\n\r\n"), BadAnswer, "no HTTP"),
        (ending(head("X: a\x00b", "Content-Length: 0")), BadAnswer, "no HTTP"),
        (ending(b"HTTP/1.1 101 Switch\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"), BadAnswer, "another protocol"),
        (ending(head("Content-Length: 4000000000")), AnswerTooLarge, "4000000000 bytes"),
        (flooding(head(), b"x" * 60_000), AnswerTooLarge, "more than 100000 bytes"),
        (flooding(head("Transfer-Encoding: chunked"), b"400\r\n" + b"x" * 1024 + b"\r\n"), AnswerTooLarge, "100000"),
        (flooding(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000), AnswerTooLarge, "no body"),
        (flooding(b"HTTP/1.1 200 OK\r\nX: ", b"y" * 9000), AnswerTooLarge, "no body"),
        (flooding(head("Transfer-Encoding: chunked") + b"0\r\n", b"X: y\r\n" * 1000), AnswerTooLarge, "no body"),
        (flooding(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100), AnswerTooLarge, "no body"),
    ],
)
def test_bad_answer_is_refused_by_a_text_with_the_place_and_no_secret(
    handler: Handler, kind: type[ExchangeError], told: str
) -> None:
    with serving(handler) as server:
        pool = Pool(url=server.url, most_bytes=100_000)
        with pytest.raises(ExchangeError, match=told) as caught:
            ask(pool)
        assert type(caught.value) is kind
        assert f"127.0.0.1:{server.port}" in str(caught.value)
        assert "show-me" not in str(caught.value)


def test_head_that_arrives_at_once_is_bounded_too() -> None:
    long = head(*[f"X-{number}: {'y' * 100}" for number in range(2000)], "Content-Length: 0")
    with serving(ending(long)) as server, pytest.raises(AnswerTooLarge, match="no body"):
        ask(Pool(url=server.url))


def test_answer_whose_end_is_the_connections_end_is_whole() -> None:
    with serving(ending(head("Connection: close") + b"until the end")) as server:
        assert ask(Pool(url=server.url)).body == b"until the end"


def test_refusal_that_comes_before_the_body_is_taken_is_read() -> None:
    def refusing(server: Server, opened: socket.socket) -> None:
        opened.recv(1000)
        opened.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        opened.shutdown(socket.SHUT_WR)
        while opened.recv(65536):
            pass

    with serving(refusing) as server:
        assert ask(Pool(url=server.url), body=b"x" * 4_000_000).status == 413


def test_nobody_there_is_not_sent() -> None:
    with serving(answering(OK)) as server:
        url = server.url
    with pytest.raises(NotSent, match="cannot be reached: Connection refused"):
        ask(Pool(url=url))


def test_passed_deadline_and_a_name_without_an_address_are_not_sent() -> None:
    with serving(answering(OK)) as server:
        with pytest.raises(NotSent, match="no answer in time"):
            ask(Pool(url=server.url), seconds=-1)
        assert server.requests == []
    with pytest.raises(NotSent, match="has no address"):
        ask(Pool(url=f"http://{'x' * 64}.invalid"))  # longer than a label may be: no name server is asked


def test_full_backlog_is_not_sent_before_the_deadline_is_over() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _ in range(4):
            opened = socket.socket()
            opened.setblocking(False)
            opened.connect_ex(listener.getsockname())
            waiting.append(opened)
        started = time.monotonic()
        with pytest.raises(ExchangeError, match=r"in time"):
            ask(Pool(url=f"http://127.0.0.1:{listener.getsockname()[1]}"), seconds=0.2)
        assert time.monotonic() - started < 1.0
        for opened in waiting:
            opened.close()


def test_address_that_may_not_be_called_is_not_even_connected_to() -> None:
    with serving(answering(OK)) as server:
        asked: list[str] = []
        pool = Pool(url=f"http://localhost:{server.port}", permitted=lambda address: bool(asked.append(address)))
        with pytest.raises(NotSent, match="none of the networks"):
            ask(pool)
        assert "127.0.0.1" in asked
        assert server.accepted == []


@pytest.mark.parametrize(
    ("method", "target", "headers", "told"),
    [
        ("POST", "/a b", (), "target"),
        ("POST", "/a\r\nX: y", (), "target"),
        ("POST", "/a\n", (), "target"),
        ("POST", "http://elsewhere/", (), "target"),
        ("POST", "/ä", (), "target"),
        ("HEAD", "/", (), "method"),
        ("POST /x HTTP/1.1\r\n", "/", (), "method"),
        ("POST", "/", (("X", f"{SECRET}\r\nY: z"),), "header X"),
        ("POST", "/", (("X", f"{SECRET}\rY: z"),), "header X"),
        ("POST", "/", (("X", f"{SECRET}\n"),), "header X"),
        ("POST", "/", (("X", f"{SECRET}\0"),), "header X"),
        ("POST", "/", (("X", f"{SECRET}\u20ac"),), "header X"),
        ("POST", "/", (("X: y\r\nZ", "a"),), "name"),
        ("POST", "/", (("", "a"),), "name"),
        ("POST", "/", (("content-length", "0"),), "transport"),
        ("POST", "/", (("Transfer-Encoding", "chunked"),), "transport"),
        ("POST", "/", (("Host", "elsewhere"),), "transport"),
    ],
)
def test_what_would_break_out_of_its_line_is_refused_before_anything_is_sent(
    method: str, target: str, headers: tuple[tuple[str, str], ...], told: str
) -> None:
    with serving(answering(OK)) as server:
        with pytest.raises(ValueError, match=told) as caught:
            Pool(url=server.url).exchange(
                method=method, target=target, headers=headers, body=b"", deadline=time.monotonic() + 5
            )
        assert "show-me" not in str(caught.value)
        assert server.accepted == []


@pytest.mark.parametrize("url", ["ftp://a", "http://", "http://user:secret@a", "//a", "http://a:port"])
def test_url_that_names_no_server_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Pool(url=url)
    assert "secret" not in str(caught.value)
