"""Personal data in events: encrypted with a key of the person, so that throwing the key away forgets them everywhere.

The hash chain covers what is stored, which is the ciphertext: forgetting changes no event. This file may not decide who
may forget; ``forgetting`` does that.
"""

from __future__ import annotations

import base64
import os
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from seamline.contract import Event
from seamline.eventsourcing import subject_keys
from seamline.eventsourcing.aggregate import AggregateType, Personal

FORGOTTEN = "[forgotten]"
"""What is read where a text was, once its person is forgotten."""
MARK = "sealed:"
_NONCE = 12


class SealBroken(Exception):
    """A sealed text does not open with its person's key: it was altered, or moved here from elsewhere."""


def sealed(type_: AggregateType[Any], event: Event) -> Any:
    """The event as it is stored: plain values, personal texts sealed."""
    personal = type_.personal.get(type(event))
    if personal is None:
        return event
    values: dict[str, Any] = msgspec.to_builtins(event)
    subject = str(values[personal.subject])
    key = subject_keys.key_for(type_.module, subject)
    for field in personal.fields:
        if values[field]:
            values[field] = _seal(key, str(values[field]), name=event.event_name, field=field)
    return values


def opened(type_: AggregateType[Any], name: str, data: str) -> str:
    """The same way back, for the JSON of an event by its name; what is forgotten is ``[forgotten]``.

    :raises SealBroken: a text was altered.
    """
    personal = personal_of(type_, name)
    if personal is None:
        return data
    values = msgspec.json.decode(data)
    key = subject_keys.existing_key(type_.module, str(values[personal.subject]))
    for field in personal.fields:
        text = values.get(field)
        if isinstance(text, str) and text.startswith(MARK):
            values[field] = FORGOTTEN if key is None else _open(key, text, name=name, field=field)
    return msgspec.json.encode(values).decode()


def personal_of(type_: AggregateType[Any], name: str) -> Personal | None:
    """What is personal in the event of a name, if anything."""
    return next((personal for event, personal in type_.personal.items() if event.event_name == name), None)


def _seal(key: bytes, text: str, *, name: str, field: str) -> str:
    nonce = os.urandom(_NONCE)
    secret = AESGCM(key).encrypt(nonce, text.encode(), f"{name}.{field}".encode())
    return MARK + base64.b64encode(nonce + secret).decode()


def _open(key: bytes, text: str, *, name: str, field: str) -> str:
    try:
        raw = base64.b64decode(text.removeprefix(MARK), validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], f"{name}.{field}".encode()).decode()
    except (InvalidTag, ValueError) as error:
        raise SealBroken(
            f"The sealed text {field} of {name} does not open with its person's key: it was altered. "
            "Run 'manage.py ledger verify'."
        ) from error
