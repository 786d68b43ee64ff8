"""An existing server named by ``DATABASE_URL``: is the URL right, does it answer, is it new enough.

Asked once before a command that needs the database, so that the answer is one line and not a page of traceback.
"""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg.conninfo import conninfo_to_dict

from seamline.embedded.binaries import OLDEST_MAJOR
from seamline.embedded.errors import EmbeddedServerError

EXAMPLE = "postgresql://user:password@host:5432/database"
PATIENCE = 5
"""Seconds for the server to answer."""


class WrongAddress(EmbeddedServerError):
    """The URL itself cannot be right."""


def check_external(url: str) -> None:
    """Connect once to the server of the URL.

    :raises WrongAddress: the URL names no PostgreSQL database.
    :raises EmbeddedServerError: no answer, refused, no such database, or too old.
    """
    scheme = url.partition(":")[0]
    if scheme not in ("postgresql", "postgres"):
        raise WrongAddress(f"DATABASE_URL begins with '{scheme}': only PostgreSQL serves; write {EXAMPLE}.")
    try:
        parts = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise WrongAddress(f"DATABASE_URL cannot be read ({_line(error)}): write {EXAMPLE}.") from error
    if not parts.get("dbname"):
        raise WrongAddress(f"DATABASE_URL names no database: write {EXAMPLE}.")
    server = f"{parts.get('host', 'the local socket')}:{parts.get('port', 5432)}"
    try:
        with psycopg.connect(url, connect_timeout=PATIENCE) as connection:
            version = connection.info.server_version // 10000
    except psycopg.OperationalError as error:
        raise EmbeddedServerError(_explain(error, server=server, parts=parts)) from error
    if version < OLDEST_MAJOR:
        raise EmbeddedServerError(
            f"DATABASE_URL: {server} is PostgreSQL {version}; {OLDEST_MAJOR} or newer is needed. Upgrade it, or unset "
            "DATABASE_URL to use the embedded server."
        )


def _explain(error: psycopg.OperationalError, *, server: str, parts: Mapping[str, object]) -> str:
    reason, user, database = _line(error), parts.get("user"), parts["dbname"]
    if f'database "{database}" does not exist' in reason:
        return f"DATABASE_URL: {server} has no database '{database}': create it with 'createdb {database}'."
    if any(word in reason for word in ("password", "authentication", "role ")):
        return f"DATABASE_URL: {server} refuses the user '{user}' or its password ({reason}): correct them."
    return (
        f"DATABASE_URL: {server} cannot be reached ({reason}): start that server, or unset DATABASE_URL to use the "
        "embedded one."
    )


def _line(error: Exception) -> str:
    """The telling part of the driver's text, which spreads over lines and repeats the address for each IP version."""
    text = str(error).strip().splitlines()[0]
    return text.rpartition("FATAL:  ")[2].rpartition(" failed: ")[2].rstrip(".")
