"""The database and the broker a management command needs, before Django reads its settings.

``manage.py`` asks here first, because the URLs are fixed once the settings are loaded. This file imports no Django and
changes nothing in the database.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from seamline.embedded import EmbeddedServerError, default_server
from seamline.embedded.external import check_external
from seamline.embedded.valkey import default_valkey

PREPARES = "up"
"""The one command that may make a new database, and that stops on its way out the server that it started."""

WITHOUT_DATABASE = frozenset(
    {
        *("", "help", "version", "check", "down", "reset", "database", "makemigrations", "collectstatic"),
        *("findstatic", "makemessages", "compilemessages", "startapp", "startproject", "diffsettings", "spectacular"),
        *("test", "testserver", "contracts", "gateway", "split"),
    }
)
"""Commands that never need a database, or see to it themselves; a wrong guess costs a start, no harm."""

ACTIONS_WITHOUT_DATABASE = frozenset(
    {("events", "schemas"), ("events", "asyncapi"), ("carve", "extract"), ("carve", "shrink")}
)
"""Likewise, actions of commands that do need one otherwise."""


@contextmanager
def database_for_command(arguments: Sequence[str], *, root: Path) -> Iterator[None]:
    """See to it that the command's database runs; commands that need none are left alone.

    :param arguments: as in ``sys.argv``.
    :raises EmbeddedServerError: one line: what is wrong and what to do.
    """
    words = tuple(word for word in arguments[1:] if not word.startswith("-"))
    command = next(iter(words), "")
    asks_for_help = {"--help", "-h", "--version"} & set(arguments[1:])
    # The reloader's child inherits what its parent has seen to.
    needs_none = command in WITHOUT_DATABASE or words[:2] in ACTIONS_WITHOUT_DATABASE
    if needs_none or asks_for_help or os.environ.get("RUN_MAIN") == "true":
        yield
        return
    with _broker(command, root=root), _database(command, root=root):
        yield


@contextmanager
def _database(command: str, *, root: Path) -> Iterator[None]:
    if url := os.environ.get("DATABASE_URL"):
        check_external(url)
        yield
        return
    server = default_server(root, name=os.environ.get("SEAMLINE_POSTGRES", ""))
    if command != PREPARES and not server.initialised:
        raise EmbeddedServerError(
            f"'{command}' needs the database and there is none yet: run 'make run' first ('manage.py up --no-serve' "
            "only prepares it), or set DATABASE_URL."
        )
    started = server.ensure_running()
    if started and command != PREPARES:
        print("Started the embedded PostgreSQL; 'manage.py down' stops it.", file=sys.stderr)
    try:
        yield
    finally:
        if started and command == PREPARES:
            server.stop()


@contextmanager
def _broker(command: str, *, root: Path) -> Iterator[None]:
    """The broker of ``EVENT_BUS=celery``, where no other is named."""
    if os.environ.get("EVENT_BUS") != "celery" or os.environ.get("CELERY_BROKER_URL"):
        yield
        return
    valkey = default_valkey(root)
    started = valkey.ensure_running()
    if started and command != PREPARES:
        print("Started the embedded Valkey; 'manage.py down' stops it.", file=sys.stderr)
    try:
        yield
    finally:
        if started and command == PREPARES:
            valkey.stop()
