"""A real PostgreSQL for a test session: a throw-away server, provisioned and migrated, emptied after each test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from seamline.embedded import EmbeddedServer

SERVER_URL = "SEAMLINE_TEST_SERVER_URL"
"""Environment variable: an administrator's URL of a server to make test databases on, instead of an own one."""

_EMPTY = """
DO $$
DECLARE candidate record; filled boolean;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR candidate IN
        SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
          AND tablename NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || candidate.name || ')' INTO filled;
        IF filled THEN EXECUTE 'DELETE FROM ' || candidate.name; END IF;
    END LOOP;
END $$
"""


def server_variable(name: str) -> str:
    """The environment variable with the URL of the server of this name."""
    return f"{SERVER_URL}_{name.upper().replace('-', '_')}" if name else SERVER_URL


class TestServer:
    """The server of this test session; ``start`` makes a fresh database on it, ``stop`` removes all."""

    __test__ = False

    def __init__(self, *, name: str = "") -> None:
        """:param name: of a further server, for modules that the session does not host itself."""
        self._variable = server_variable(name)
        self._directory: Path | None = None
        self._server: EmbeddedServer | None = None
        self.admin_url = ""

    def start(self) -> str:
        """An administrator's URL of a fresh, empty database."""
        given = os.environ.get(self._variable)
        if not given:
            self._directory = Path(tempfile.mkdtemp(prefix="seamline-test-"))
            self._server = EmbeddedServer(directory=self._directory / "postgres", fast=True)
            self._server.ensure_running()
            given = self._server.url
        name = f"test_{os.getpid()}"
        with psycopg.connect(given, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name}")
        self._maintenance_url = given
        parts = urlsplit(given)
        self.admin_url = urlunsplit(parts._replace(path=f"/{name}"))
        return self.admin_url

    def empty(self) -> None:
        """Delete all rows of all modules, past triggers and rights."""
        with psycopg.connect(self.admin_url) as connection:
            connection.execute(_EMPTY)

    def stop(self) -> None:
        """Stop an own server and delete its files; on a given one, drop the database."""
        if self._server is not None:
            self._server.stop()
            assert self._directory is not None
            shutil.rmtree(self._directory, ignore_errors=True)
        elif self.admin_url:
            with psycopg.connect(self._maintenance_url, autocommit=True) as connection:
                name = f"test_{os.getpid()}"
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def only_module(arguments: Iterable[str], *, root: Path) -> str | None:
    """The module to boot alone: the one below whose folder all paths among pytest's arguments lie, or None."""
    names = set()
    for argument in arguments:
        if argument.startswith("-"):
            continue
        path = (Path.cwd() / argument.partition("::")[0]).resolve()
        if not path.exists():
            continue
        try:
            parts = path.relative_to(root / "modules").parts
        except ValueError:
            return None
        if not parts:
            return None
        names.add(parts[0])
    return names.pop() if len(names) == 1 else None
