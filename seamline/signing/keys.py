"""The keys of an installation: the first signs, all verify, so that one can be exchanged without a pause.

To rotate: add the new key behind the old one everywhere, then put it first everywhere, then take the old one out. This
file may not show a secret: not in a text, not in an error, not in a ``repr``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

LEAST_BYTES = 32
"""Of a secret; HMAC-SHA-256 gains nothing from more."""
MOST_KEYS = 10
DERIVED = "installation"
"""The id of the key that is derived where none is given."""
_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")


class UnusableKeys(ValueError):
    """The keys cannot be used; the text says which and why, without any secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key: a public id and a secret."""

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise UnusableKeys("A key's id is not made of 1 to 40 letters, digits, '.', '_' and '-': give id:secret.")
        if len(self.secret) < LEAST_BYTES:
            raise UnusableKeys(
                f"The secret of the key {self.id!r} has {len(self.secret)} bytes; give at least {LEAST_BYTES}, such as "
                'what python -c "import secrets; print(secrets.token_urlsafe(32))" prints.'
            )

    def mac(self, text: bytes) -> str:
        """The HMAC-SHA-256 of the text, in hexadecimal."""
        return hmac.digest(self.secret, text, "sha256").hex()


class Keyring:
    """Keys in their order."""

    __slots__ = ("_keys",)

    def __init__(self, *keys: Key) -> None:
        if not keys or len(keys) > MOST_KEYS:
            raise UnusableKeys(f"There are {len(keys)} keys; give 1 to {MOST_KEYS}.")
        self._keys = {key.id: key for key in keys}
        if len(self._keys) < len(keys):
            raise UnusableKeys("Two keys have the same id; give each its own.")

    @property
    def signing(self) -> Key:
        """The key that signs."""
        return next(iter(self._keys.values()))

    def get(self, identifier: str) -> Key | None:
        """The key of this id, if it is accepted."""
        return self._keys.get(identifier)

    def __iter__(self) -> Iterator[Key]:
        return iter(self._keys.values())


def parse_key_lines(text: str) -> Keyring:
    """The keyring of a file: a key a line, ``id:secret``; what follows a ``#`` at a line's beginning is a remark.

    :raises UnusableKeys: says what is wrong with which key.
    """
    lines = (line.strip() for line in text.splitlines())
    kept = ",".join(line for line in lines if line and not line.startswith("#"))
    if not kept:
        raise UnusableKeys("The file of SEAMLINE_INTERNAL_KEYS_FILE holds no key: give one id:secret a line.")
    return parse_keys(kept, installation_secret="")


def parse_keys(text: str, *, installation_secret: str) -> Keyring:
    """The keyring that ``SEAMLINE_INTERNAL_KEYS`` describes: ``id:secret,id2:secret2``.

    :param installation_secret: without a text, the one key is derived from it.
    :raises UnusableKeys: says what is wrong with which key.
    """
    if not text.strip():
        secret = hmac.new(installation_secret.encode(), b"internal requests", hashlib.sha256).digest()
        return Keyring(Key(id=DERIVED, secret=secret))
    keys = []
    for number, part in enumerate(text.split(","), start=1):
        identifier, colon, secret_text = part.strip().partition(":")
        if not colon:
            raise UnusableKeys(f"Key {number} of SEAMLINE_INTERNAL_KEYS has no colon: give id:secret, id2:secret2.")
        keys.append(Key(id=identifier, secret=secret_text.encode()))
    return Keyring(*keys)
