"""Keys, identities and headers to test with."""

from __future__ import annotations

import time
import uuid
from typing import Any

from seamline.identity import HEADER, NOBODY, Credential, Identity, seal
from seamline.signing import Key, Keyring, installed_keys
from seamline.web.principal import Principal

ADA = uuid.UUID("7b5b6f0e-6a57-4f5e-9d5b-0d6d3a3f9a01")
OLD, NEW = Key(id="old", secret=b"o" * 32), Key(id="new", secret=b"n" * 32)
KEYS = Keyring(NEW, OLD)


def customer(customer_id: uuid.UUID = ADA, **changes: Any) -> Identity:
    principal = Principal(customer_id=customer_id, email="ada@example.com")
    return Identity(**{"principal": principal, "credential": Credential.OPAQUE, "token_digest": "d" * 64, **changes})


def operator(*permissions: str) -> Identity:
    principal = Principal(operator="olga", permissions=frozenset(permissions))
    return Identity(principal=principal, credential=Credential.SESSION)


def through_the_door(
    identity: Identity = NOBODY, *, audience: str, ago: float = 0.0, keys: Keyring | None = None
) -> dict[str, str]:
    """The header that a door sends."""
    sealed = seal(identity, audience=audience, keys=keys or installed_keys(), now=time.time() - ago)
    return {HEADER: sealed}
