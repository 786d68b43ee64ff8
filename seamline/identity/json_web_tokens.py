"""JSON web tokens of customers: made by the shop, verified wherever the keys are, without asking anybody.

They cannot be revoked, so they end soon, and operators get none: their rights must end at once. This file may not look
up a customer.
"""

from __future__ import annotations

import functools
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import jwt
from django.conf import settings

from seamline.identity.identity import Credential, Identity
from seamline.identity.json_web_keys import JsonWebKey, JsonWebKeys, parse_jwks, parse_list
from seamline.signing.watched import WatchedFile
from seamline.web.principal import Principal

LEEWAY = 5.0
"""Seconds that two clocks may differ."""
LONGEST = 4096
_SUBJECT = "customer:"
_REQUIRED = ["exp", "nbf", "iss", "aud", "sub"]


class TokenRefused(Exception):
    """A token that is not accepted; the text says why and can be shown to whoever sent it."""


class NoSigningKey(Exception):
    """All keys are public: tokens come from elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A fresh token."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Who a token stands for, and until when (seconds since 1970)."""

    identity: Identity
    expires_at: float


def is_json_web_token(token: str) -> bool:
    """Whether it has the form; opaque tokens have no dots."""
    return token.count(".") == 2


def json_web_keys() -> JsonWebKeys:
    """The keys of the settings, a file's as of at most a second ago.

    :raises UnusableKeys: says what is wrong with which key.
    """
    if settings.SEAMLINE_JWT_KEYS_FILE:
        return _file(settings.SEAMLINE_JWT_KEYS_FILE).value()
    return _listed(settings.SEAMLINE_JWT_KEYS, settings.SEAMLINE_SECRET)


def issue(*, customer_id: UUID, email: str) -> Issued:
    """A token for the customer, good for ``SEAMLINE_JWT_SECONDS``.

    :raises NoSigningKey: no key here can sign.
    """
    key = json_web_keys().signing
    if key is None:
        raise NoSigningKey
    now = datetime.now(UTC).replace(microsecond=0)
    expires_at = now + timedelta(seconds=settings.SEAMLINE_JWT_SECONDS)
    claims = {
        "iss": settings.SEAMLINE_JWT_ISSUER,
        "aud": settings.SEAMLINE_JWT_AUDIENCE,
        "sub": f"{_SUBJECT}{customer_id}",
        "email": email,
        "iat": now,
        "nbf": now,
        "exp": expires_at,
        "jti": secrets.token_hex(16),
    }
    token = jwt.encode(claims, key.signing, algorithm=key.algorithm, headers={"kid": key.id})
    return Issued(token=token, expires_at=expires_at)


def verify(token: str) -> Verified:
    """Who the token stands for.

    :raises TokenRefused: it is not accepted; says why.
    """
    if len(token) > LONGEST:
        raise TokenRefused(f"The token has more than {LONGEST} characters.")
    try:
        header = jwt.get_unverified_header(token)
        identifier = header.get("kid")
        key = _key(identifier) if isinstance(identifier, str) else None
        if key is None:
            raise TokenRefused("The token names no key that is accepted here, or no longer. Get a new one.")
        if header.get("alg") != key.algorithm or "crit" in header:
            raise TokenRefused("The token is signed in a way that its key is not for.")
        claims = jwt.decode(
            token,
            key.verifying,
            algorithms=[key.algorithm],
            audience=settings.SEAMLINE_JWT_AUDIENCE,
            issuer=settings.SEAMLINE_JWT_ISSUER,
            leeway=LEEWAY,
            options={"require": _REQUIRED},
        )
        expires_at = float(claims["exp"])
    except jwt.ExpiredSignatureError as error:
        raise TokenRefused("The token has expired. Get a new one.") from error
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
        raise TokenRefused("The token is not valid here.") from error
    subject, email = claims["sub"], claims.get("email", "")
    if not subject.startswith(_SUBJECT) or not isinstance(email, str):
        raise TokenRefused("The token stands for no customer.")
    try:
        customer_id = UUID(subject.removeprefix(_SUBJECT))
    except ValueError as error:
        raise TokenRefused("The token stands for no customer.") from error
    principal = Principal(customer_id=customer_id, email=email)
    return Verified(identity=Identity(principal=principal, credential=Credential.JWT), expires_at=expires_at)


def _key(identifier: str) -> JsonWebKey | None:
    key = json_web_keys().get(identifier)
    if key is None and settings.SEAMLINE_JWT_KEYS_FILE:
        key = _file(settings.SEAMLINE_JWT_KEYS_FILE).read_again().get(identifier)
    return key


@functools.lru_cache(maxsize=4)
def _file(path: str) -> WatchedFile[JsonWebKeys]:
    return WatchedFile(Path(path), parse=parse_jwks)


@functools.lru_cache(maxsize=4)
def _listed(text: str, secret: str) -> JsonWebKeys:
    return parse_list(text, installation_secret=secret)
