"""The envelope of a call between deployables: JSON whose every part is covered by the signature.

Fields that one side does not know yet are ignored, fields that the other does not send have defaults, so that both may
be of another version. This file may not know a transport.
"""

from __future__ import annotations

import msgspec

PATH = "/internal/calls/"
MOST_BYTES = 32 * 1024 * 1024
"""Of a request or an answer."""
LONGEST_TIMEOUT = 3600.0
"""Seconds that a caller may wait at most."""


class CallRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call: its arguments, what is left of the caller's time, and on whose behalf it is made."""

    arguments: msgspec.Raw
    timeout_ms: float
    """From when it was sent: clocks of hosts are never compared."""
    idempotency_key: str = ""
    actor: str = "system"
    correlation_id: str = ""
    traceparent: str = ""
    version: str = ""
    """Of the caller's contract."""


class CallProblem(msgspec.Struct, frozen=True, kw_only=True):
    """An error: its code and its data, as ``codec.encode_error`` writes them."""

    code: str
    data: msgspec.Raw


def answer_of(result: bytes) -> bytes:
    """The body of an answer: the result, which is JSON already."""
    return b'{"result":' + result + b"}"


def error_of(error: bytes) -> bytes:
    """The body of a refusal: the error, which is JSON already."""
    return b'{"error":' + error + b"}"


class _Answer(msgspec.Struct, frozen=True):
    result: msgspec.Raw = msgspec.Raw(b"null")


class _Refusal(msgspec.Struct, frozen=True):
    error: msgspec.Raw


_request_decoder = msgspec.json.Decoder(CallRequest)
_answer_decoder = msgspec.json.Decoder(_Answer)
_refusal_decoder = msgspec.json.Decoder(_Refusal)
encode_request = msgspec.json.Encoder().encode
"""Bytes of a ``CallRequest``."""


def decode_request(body: bytes) -> CallRequest:
    """The call in a request's body.

    :raises msgspec.MsgspecError: it is none.
    """
    return _request_decoder.decode(body)


def decode_answer(body: bytes) -> msgspec.Raw:
    """The result in an answer's body, still encoded.

    :raises msgspec.MsgspecError: it is none.
    """
    return _answer_decoder.decode(body).result


def decode_refusal(body: bytes) -> msgspec.Raw:
    """The error in a refusal's body, still encoded.

    :raises msgspec.MsgspecError: it is none.
    """
    return _refusal_decoder.decode(body).error
