"""Who the door found behind a request, and by what; the value that is sealed for a module. Knows no transport."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seamline.web.principal import Principal


class Credential(StrEnum):
    """What the client showed."""

    NONE = "none"
    SESSION = "session"
    OPAQUE = "opaque"
    JWT = "jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who sends a request."""

    principal: Principal
    credential: Credential = Credential.NONE
    token_digest: str = ""
    """Of an opaque token: what it is revoked by."""
    may_write: bool = True
    """False for a session whose CSRF token was not looked at, because the request only reads."""


NOBODY = Identity(principal=Principal())


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfContained:
    """What DRF calls ``request.auth`` where a JSON web token was shown: nothing that could be revoked."""
