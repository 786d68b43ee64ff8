"""The hash of an event: over all that is stored of it, and over the hash of the event before it in its stream.

PostgreSQL gives JSON back in its own order and spacing, so what is hashed is a canonical form that does not depend on
either. This file may not read a database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = msgspec.json.Encoder(decimal_format="string", order="sorted").encode
_decode = msgspec.json.Decoder().decode


def link(
    previous: bytes,
    *,
    stream: str,
    version: int,
    event_id: str,
    name: str,
    schema_version: int,
    key: str,
    microseconds: int,
    data: bytes,
    meta: bytes,
) -> bytes:
    """The hash of one event, 32 bytes of SHA-256.

    :param previous: the hash of the event before it in its stream, empty for the first.
    :param microseconds: since 1970, when it happened.
    :param data: canonical JSON, and so is ``meta``.
    """
    head = _encode((stream, version, event_id, name, schema_version, key, microseconds))
    return sha256(b"\n".join((previous, head, data, meta))).digest()


def microseconds(at: datetime) -> int:
    """A time as the hash has it."""
    return (at - EPOCH) // _MICROSECOND


def moment(microseconds: int) -> datetime:
    """The same way back."""
    return EPOCH + timedelta(microseconds=microseconds)


def canonical(value: object) -> bytes:
    """JSON of a value with all names in order."""
    return _encode(value)


def canonical_of(json: str) -> bytes:
    """The same of JSON text, however it was written."""
    return _encode(_decode(json))
