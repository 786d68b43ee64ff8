"""The keys of JSON web tokens. Each is good for one algorithm, whatever a token's header says.

The first that can sign does; public ones only verify. This file may not show a secret, nor know tokens.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from seamline.signing.keys import DERIVED, LEAST_BYTES, UnusableKeys

MOST_KEYS = 20
LEAST_RSA_BITS = 2048
_KINDS = {"HS256": ("oct", ""), "RS256": ("RSA", ""), "ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519")}
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonWebKey:
    """One key."""

    id: str
    algorithm: str
    verifying: Any = field(repr=False)
    signing: Any = field(repr=False, default=None)
    """None for a public key."""


class JsonWebKeys:
    """Keys in their order."""

    __slots__ = ("_keys",)

    def __init__(self, keys: Iterable[JsonWebKey]) -> None:
        listed = list(keys)
        if not listed or len(listed) > MOST_KEYS:
            raise UnusableKeys(f"There are {len(listed)} keys of JSON web tokens; give 1 to {MOST_KEYS}.")
        self._keys = {key.id: key for key in listed}
        if len(self._keys) < len(listed):
            raise UnusableKeys("Two keys of JSON web tokens have the same kid; give each its own.")

    @property
    def signing(self) -> JsonWebKey | None:
        """The key that signs; None where all are public."""
        return next((key for key in self._keys.values() if key.signing is not None), None)

    def get(self, identifier: str) -> JsonWebKey | None:
        """The key of this id, if it is accepted."""
        return self._keys.get(identifier)

    def __iter__(self) -> Iterator[JsonWebKey]:
        return iter(self._keys.values())


def parse_list(text: str, *, installation_secret: str) -> JsonWebKeys:
    """The keys that ``SEAMLINE_JWT_KEYS`` describes: ``kid:secret,kid2:secret2``, all for HS256.

    :param installation_secret: without a text, the one key is derived from it.
    :raises UnusableKeys: says what is wrong with which key.
    """
    if not text.strip():
        secret = hmac.new(installation_secret.encode(), b"json web tokens", hashlib.sha256).digest()
        return JsonWebKeys([JsonWebKey(id=DERIVED, algorithm="HS256", verifying=secret, signing=secret)])
    keys = []
    for number, part in enumerate(text.split(","), start=1):
        identifier, colon, secret_text = part.strip().partition(":")
        if not colon or not _ID.fullmatch(identifier):
            raise UnusableKeys(f"Key {number} of SEAMLINE_JWT_KEYS has no kid: give kid:secret, kid2:secret2.")
        secret = secret_text.encode()
        _long_enough(identifier, secret)
        keys.append(JsonWebKey(id=identifier, algorithm="HS256", verifying=secret, signing=secret))
    return JsonWebKeys(keys)


def parse_jwks(text: str) -> JsonWebKeys:
    """The keys of a JWKS document (RFC 7517), each with ``kid`` and ``alg``.

    :raises UnusableKeys: says what is wrong with which key.
    """
    try:
        document = msgspec.json.decode(text, type=dict[str, Any])
        entries = msgspec.convert(document.get("keys"), list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise UnusableKeys('The file of SEAMLINE_JWT_KEYS_FILE is no JWKS: {"keys": [{"kid": ...}]}.') from error
    return JsonWebKeys(_key(entry, number) for number, entry in enumerate(entries, start=1))


def _key(entry: dict[str, Any], number: int) -> JsonWebKey:
    identifier, algorithm = entry.get("kid"), entry.get("alg")
    if not isinstance(identifier, str) or not _ID.fullmatch(identifier):
        raise UnusableKeys(f"Key {number} of the JWKS has no usable kid: give 1 to 100 letters, digits, '_.:-'.")
    if algorithm not in _KINDS:
        raise UnusableKeys(f"The key {identifier!r} has no usable alg; give one of {', '.join(_KINDS)}.")
    kind, curve = _KINDS[algorithm]
    if entry.get("kty") != kind or entry.get("crv", "") != curve:
        raise UnusableKeys(
            f"The key {identifier!r} does not fit its alg: {algorithm} needs kty {kind} {curve}".rstrip()
        )
    if entry.get("use", "sig") != "sig":
        raise UnusableKeys(f"The key {identifier!r} is not for signatures; take it out, or set use to sig.")
    try:
        loaded: Any = jwt.PyJWK(entry, algorithm=algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise UnusableKeys(f"The key {identifier!r} cannot be read as {kind}; make it anew.") from error
    if isinstance(loaded, bytes):
        _long_enough(identifier, loaded)
        return JsonWebKey(id=identifier, algorithm=algorithm, verifying=loaded, signing=loaded)
    if isinstance(loaded, RSAPrivateKey | RSAPublicKey) and loaded.key_size < LEAST_RSA_BITS:
        raise UnusableKeys(f"The key {identifier!r} has {loaded.key_size} bits; give at least {LEAST_RSA_BITS}.")
    is_private = hasattr(loaded, "public_key")
    return JsonWebKey(
        id=identifier,
        algorithm=algorithm,
        verifying=loaded.public_key() if is_private else loaded,
        signing=loaded if is_private else None,
    )


def _long_enough(identifier: str, secret: bytes) -> None:
    if len(secret) < LEAST_BYTES:
        raise UnusableKeys(
            f"The secret of the key {identifier!r} has {len(secret)} bytes; give at least {LEAST_BYTES}."
        )
