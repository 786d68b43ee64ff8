"""The hash of an event: over all that is stored of it, and over the hash of the event before it in its stream.

PostgreSQL gives JSON back in its own order and spacing, so what is hashed is a canonical form that does not depend on
either. This file may not read a database.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

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
    event_id: UUID,
    name: str,
    schema_version: int,
    key: str,
    at: datetime,
    data: bytes,
    meta: bytes,
) -> bytes:
    """The hash of one event, 32 bytes of SHA-256.

    :param previous: the hash of the event before it in its stream, empty for the first.
    :param data: canonical JSON, and so is ``meta``.
    """
    microseconds = (at - EPOCH) // _MICROSECOND
    head = _encode((stream, version, str(event_id), name, schema_version, key, microseconds))
    return sha256(b"\n".join((previous.hex().encode(), head, data, meta))).digest()


def canonical(value: object) -> bytes:
    """JSON of a value with all names in order."""
    return _encode(value)


def canonical_of(json: str) -> bytes:
    """The same of JSON text, however it was written."""
    return _encode(_decode(json))
