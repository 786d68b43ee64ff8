"""Request bodies without a length, made whole before Django sees them: it takes a body without one for an empty body.

A WSGI application around Django's. Bounded like bodies with a length. This file may not know what is asked for.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]
PIECE = 65536


def with_whole_bodies(application: Application, *, most: int) -> Application:
    """The application, which finds a length with every body.

    :param most: bytes that a body without a length may have; larger ones are answered 413. Where the server cannot
        tell the end of such a body, the answer is 411.
    """

    def answer(environ: Environment, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or not environ.get("HTTP_TRANSFER_ENCODING"):
            return application(environ, start_response)
        if not environ.get("wsgi.input_terminated"):
            return _refuse(start_response, 411, "Length Required", "length_required", "Give the body's Content-Length.")
        body = _read(environ["wsgi.input"], most)
        if len(body) > most:
            text = f"The body has more than the {most} bytes that are allowed."
            return _refuse(start_response, 413, "Content Too Large", "too_large", text)
        del environ["HTTP_TRANSFER_ENCODING"]
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
        return application(environ, start_response)

    return answer


def _read(stream: Any, most: int) -> bytes:
    pieces, length = [], 0
    while length <= most and (piece := stream.read(min(PIECE, most + 1 - length))):
        pieces.append(piece)
        length += len(piece)
    return b"".join(pieces)


def _refuse(start_response: Callable[..., Any], status: int, title: str, code: str, detail: str) -> Iterable[bytes]:
    problem = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    content = msgspec.json.encode(problem)
    headers = [("Content-Type", "application/problem+json"), ("Content-Length", str(len(content)))]
    start_response(f"{status} {title}", [*headers, ("Connection", "close")])
    return [content]
