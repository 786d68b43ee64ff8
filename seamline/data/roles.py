"""Names and passwords of the PostgreSQL roles of a module.

Passwords are derived from the installation's secret, so that none is stored and every process finds the same. This
file may not open a connection.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

PLATFORM = "platform"
"""The schema of Django's own tables, on the alias ``default``."""


def owner_role(schema: str) -> str:
    """The role that owns the schema and migrates it. It never serves requests."""
    return f"{schema}_owner"


def serving_role(schema: str) -> str:
    """The role that serves requests: rights on the rows of its schema alone, owner of nothing."""
    return f"{schema}_rw"


def rebuild_schema(schema: str) -> str:
    """The schema in which a module's projections are built anew, beside the one whose tables are read."""
    return f"{schema}__rebuild"


def retired_schema(schema: str) -> str:
    """The schema to which the tables go that a rebuild has replaced, until they are dropped."""
    return f"{schema}__retired"


def role_password(*, role: str, secret: str) -> str:
    """The role's password: an HMAC-SHA-256 of its name under the installation's secret."""
    digest = hmac.new(secret.encode(), f"postgresql role {role}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def schema_of(alias: str) -> str:
    """The schema behind a database alias: the module's name, or ``platform`` for ``default``."""
    return PLATFORM if alias == "default" else alias


def installation_secret(*, root: Path) -> str:
    """The secret from which keys and passwords of this installation are derived.

    ``SEAMLINE_SECRET`` wins; otherwise a random one is made once and kept in ``.seamline/secret``, mode 0600.
    """
    if given := os.environ.get("SEAMLINE_SECRET"):
        return given
    path = root / ".seamline" / "secret"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True)
    # Written aside and linked into place: of two processes that start at once, both end with the first one's secret.
    fresh = path.with_name(f"secret.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text().strip()
