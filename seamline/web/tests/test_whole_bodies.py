"""Chunked bodies reach Django whole behind the server that really serves it, and are bounded."""

from __future__ import annotations

import hashlib
import http.client
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from seamline.embedded.ports import free_port
from seamline.embedded.serving import answers, serving_command
from seamline.testing import wait_until
from seamline.web.whole_bodies import with_whole_bodies

MOST = 100_000
APPLICATION = f"""
from django.conf import settings
settings.configure(ROOT_URLCONF="echo", ALLOWED_HOSTS=["*"], SECRET_KEY="for this test", MIDDLEWARE=[])
import hashlib
from django.core.wsgi import get_wsgi_application
from django.http import JsonResponse
from django.urls import path
from seamline.web.whole_bodies import with_whole_bodies
def echo(request):
    return JsonResponse({{"length": len(request.body), "digest": hashlib.sha256(request.body).hexdigest()}})
urlpatterns = [path("echo", echo)]
bare = get_wsgi_application()
application = with_whole_bodies(bare, most={MOST})
"""


@pytest.fixture(scope="module", params=["application", "bare"])
def port(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder: Path = tmp_path_factory.mktemp("echo")
    (folder / "echo.py").write_text(APPLICATION)
    chosen = free_port()
    command = serving_command(application=f"echo:{request.param}", host="127.0.0.1", port=chosen, workers=1, threads=2)
    root = Path(__file__).resolve().parents[3]
    server = subprocess.Popen(command, cwd=folder, env={"PYTHONPATH": f"{folder}:{root}", "PATH": "/usr/bin:/bin"})
    try:
        wait_until(lambda: answers("127.0.0.1", chosen, path="/echo"), seconds=20, what="the server")
        yield chosen
    finally:
        server.terminate()
        server.wait(20)


def post(port: int, pieces: list[bytes]) -> tuple[int, dict[str, object]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("POST", "/echo", iter(pieces), encode_chunked=True)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize("port", ["application"], indirect=True)
@pytest.mark.parametrize("sizes", [[5, 6], [70_000, 1, 29_999], []])
def test_chunked_body_reaches_django_whole(port: int, sizes: list[int]) -> None:

    pieces = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    status, told = post(port, pieces)
    whole = b"".join(pieces)
    assert status == 200
    assert told == {"length": len(whole), "digest": hashlib.sha256(whole).hexdigest()}


@pytest.mark.parametrize("port", ["application"], indirect=True)
def test_chunked_body_that_is_too_large_is_refused(port: int) -> None:
    status, told = post(port, [b"x" * 60_000, b"y" * 60_000])
    assert (status, told["code"]) == (413, "too_large")


@pytest.mark.parametrize("port", ["bare"], indirect=True)
def test_django_alone_takes_a_chunked_body_for_an_empty_one(port: int) -> None:
    """The planted fault, and the reason for all this."""
    assert post(port, [b"hello"])[1]["length"] == 0


def test_server_that_cannot_tell_the_end_of_a_body_asks_for_its_length() -> None:
    said: list[str] = []

    def never(environ: dict[str, object], start_response: object) -> list[bytes]:
        raise AssertionError("the application was asked")

    answer = with_whole_bodies(never, most=10)(
        {"HTTP_TRANSFER_ENCODING": "chunked"}, lambda status, headers: said.append(status)
    )
    assert said == ["411 Length Required"]
    assert b"length_required" in b"".join(answer)
