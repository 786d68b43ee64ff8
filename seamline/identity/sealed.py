"""The signed internal identity: one header that a module believes instead of looking up sessions and tokens itself.

It is meant for one module and for seconds. Pure functions: this file may not know a web framework, a clock or settings.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from enum import StrEnum
from uuid import UUID

import msgspec

from seamline.identity.identity import Credential, Identity
from seamline.signing.keys import Keyring
from seamline.web.principal import Principal

HEADER = "Seamline-Identity"
LIFETIME = 30.0
"""Seconds at most, whatever a seal says."""
AHEAD = 10.0
"""Seconds that the sealing host's clock may be ahead."""
LONGEST = 8192
"""Characters."""
_FORM = re.compile(r"1\.(?P<key>[A-Za-z0-9_.-]{1,40})\.(?P<payload>[A-Za-z0-9_-]+)\.(?P<mac>[0-9a-f]{64})")


class Unbelieved(StrEnum):
    """Why an identity is refused, in the order in which it is looked for."""

    MALFORMED = "identity_malformed"
    UNKNOWN_KEY = "identity_key_unknown"
    WRONG = "identity_wrong"
    WRONG_AUDIENCE = "identity_for_another_module"
    EXPIRED = "identity_expired"
    TOO_NEW = "identity_from_the_future"
    READS_ONLY = "identity_for_reading"


class IdentityRefused(Exception):
    """An identity that is not believed; ``reason`` says why."""

    def __init__(self, reason: Unbelieved) -> None:
        super().__init__(f"The internal identity is not accepted: {reason.value}.")
        self.reason = reason


class _Payload(msgspec.Struct, array_like=True, frozen=True):
    """Later versions may only append."""

    audience: str
    sealed_at: int
    """Milliseconds since 1970, as ``expires_at``."""
    expires_at: int
    customer_id: UUID | None
    email: str
    operator: str
    permissions: tuple[str, ...]
    credential: Credential
    token_digest: str
    may_write: bool


_decoder = msgspec.json.Decoder(_Payload)
_encoder = msgspec.json.Encoder()


def seal(identity: Identity, *, audience: str, keys: Keyring, now: float, seconds: float = LIFETIME) -> str:
    """The header's value. Of an operator's permissions, only those over the module's own tables are in it.

    :param audience: the module that may believe it.
    :param now: seconds since 1970.
    :param seconds: how long it may be believed; at most ``LIFETIME``.
    """
    principal, key = identity.principal, keys.signing
    payload = _Payload(
        audience=audience,
        sealed_at=int(now * 1000),
        expires_at=int((now + min(seconds, LIFETIME)) * 1000),
        customer_id=principal.customer_id,
        email=principal.email,
        operator=principal.operator,
        permissions=tuple(sorted(_for_module(principal.permissions, audience))),
        credential=identity.credential,
        token_digest=identity.token_digest,
        may_write=identity.may_write,
    )
    text = urlsafe_b64encode(_encoder.encode(payload)).rstrip(b"=").decode()
    return f"1.{key.id}.{text}.{key.mac(_signed(key.id, text))}"


def unseal(header: str, *, audience: str, keys: Keyring, now: float) -> Identity:
    """Who it says, if it is to be believed here and now.

    :raises IdentityRefused: with the reason.
    """
    found = _FORM.fullmatch(header) if len(header) <= LONGEST else None
    if found is None:
        raise IdentityRefused(Unbelieved.MALFORMED)
    key = keys.get(found["key"])
    if key is None:
        raise IdentityRefused(Unbelieved.UNKNOWN_KEY)
    text = found["payload"]
    if not hmac.compare_digest(key.mac(_signed(key.id, text)), found["mac"]):
        raise IdentityRefused(Unbelieved.WRONG)
    try:
        payload = _decoder.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, msgspec.MsgspecError) as error:  # sealed by another version than can be read here
        raise IdentityRefused(Unbelieved.MALFORMED) from error
    if payload.audience != audience:
        raise IdentityRefused(Unbelieved.WRONG_AUDIENCE)
    if now * 1000 >= min(payload.expires_at, payload.sealed_at + LIFETIME * 1000):
        raise IdentityRefused(Unbelieved.EXPIRED)
    if payload.sealed_at > (now + AHEAD) * 1000:
        raise IdentityRefused(Unbelieved.TOO_NEW)
    principal = Principal(
        customer_id=payload.customer_id,
        email=payload.email,
        operator=payload.operator,
        permissions=frozenset(payload.permissions),
    )
    return Identity(
        principal=principal,
        credential=payload.credential,
        token_digest=payload.token_digest,
        may_write=payload.may_write,
    )


def _signed(key: str, text: str) -> bytes:
    # No request's signature and no answer's begins like this: neither can be passed off as an identity.
    return f"identity 1 {key} {text}".encode()


def _for_module(permissions: frozenset[str], audience: str) -> frozenset[str]:
    if "*" in permissions:
        return frozenset(("*",))
    return frozenset(name for name in permissions if name.startswith(f"{audience}."))
