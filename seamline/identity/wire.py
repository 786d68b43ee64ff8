"""What a door asks the hub and what it is answered, as JSON. Later versions may only add fields that have defaults."""

from __future__ import annotations

from uuid import UUID

import msgspec

from seamline.identity.identity import Credential, Identity
from seamline.web.principal import Principal

PATH = "/internal/identity"
AUDIENCE = "hub"
MOST_BYTES = 64 * 1024


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The credentials of one request, and what a CSRF check looks at besides."""

    method: str
    cookies: str = ""
    """The header, with the session's and the CSRF cookie alone."""
    authorization: str = ""
    host: str = ""
    scheme: str = "http"
    origin: str = ""
    referer: str = ""
    csrf_token: str = ""


class Known(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who it is."""

    customer_id: UUID | None = None
    email: str = ""
    operator: str = ""
    permissions: tuple[str, ...] = ()
    credential: Credential = Credential.NONE
    token_digest: str = ""
    may_write: bool = True

    @classmethod
    def of(cls, identity: Identity) -> Known:
        """The same for the wire."""
        principal = identity.principal
        return cls(
            customer_id=principal.customer_id,
            email=principal.email,
            operator=principal.operator,
            permissions=tuple(sorted(principal.permissions)),
            credential=identity.credential,
            token_digest=identity.token_digest,
            may_write=identity.may_write,
        )

    def identity(self) -> Identity:
        """The same as a value."""
        principal = Principal(
            customer_id=self.customer_id,
            email=self.email,
            operator=self.operator,
            permissions=frozenset(self.permissions),
        )
        return Identity(
            principal=principal,
            credential=self.credential,
            token_digest=self.token_digest,
            may_write=self.may_write,
        )


class Refused(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why the request may not go on: what a client is answered."""

    status: int
    code: str
    detail: str
    challenge: str = ""
    """The value of ``WWW-Authenticate``."""
    retry_after: int = 0


class Found(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hub's answer; one of the two is there."""

    cache_seconds: float
    """How long a door may go by it."""
    known: Known | None = None
    refused: Refused | None = None
