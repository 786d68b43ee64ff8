"""The two shops of the checkout benchmark as processes, on one throw-away PostgreSQL with its statements counted."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import psycopg

from seamline.embedded import EmbeddedServer

HERE = Path(__file__).resolve().parent
PRODUCTS = 20


@contextmanager
def throwaway_postgres(folder: Path) -> Iterator[str]:
    """An administrator's URL of a fresh server with default durability that counts statements."""
    server = EmbeddedServer(directory=folder / "postgres", settings={"shared_preload_libraries": "pg_stat_statements"})
    server.ensure_running()
    try:
        yield server.url
    finally:
        server.stop()


class Server:
    """A shop in a database of its own, served by granian with one worker and eight threads on a free port."""

    name = ""
    path = "/"

    def __init__(self, postgres: str) -> None:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {self.name}")  # type: ignore[arg-type]
        self.url = urlsplit(postgres)._replace(path=f"/{self.name}").geturl()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION pg_stat_statements")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.products: list[str] = []

    def __enter__(self) -> Self:
        self.prepare()
        options = f"--interface wsgi --host 127.0.0.1 --port {self.port} --workers 1 --blocking-threads 8"
        self.process = subprocess.Popen(
            [*self.command(), *options.split(), "--log-level", "error", self.application()],
            env=self.environment(),
            cwd=HERE.parent,
        )
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.path}", timeout=5).close()
                return self
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def counters(self) -> dict[str, float]:
        """Statements and commits in this database so far; BEGIN and COMMIT are no statements here."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(
                "SELECT sum(calls) FILTER"
                " (WHERE query !~* '^(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET|LISTEN|NOTIFY)')"
                ", sum(calls) FILTER (WHERE query ~* '^COMMIT') FROM pg_stat_statements"
                " WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())"
            ).fetchone()
        assert row is not None
        return {"statements": float(row[0] or 0), "transactions": float(row[1] or 0)}

    def prepare(self) -> None:
        raise TypeError("a shop prepares its database")

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def command(self) -> list[str]:
        return [sys.executable, "-m", "granian"]

    def application(self) -> str:
        return "project.wsgi:application"


class Shop(Server):
    """Ours."""

    name = "seamline_bench"
    path = "/health/ready"

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.url,
            "SEAMLINE_SECRET": "a secret of the benchmark alone",
            "DEBUG": "false",
            "SEAMLINE_API_RATE": "10000000/minute",
            "SEAMLINE_LOGIN_RATE": "10000000/minute",
            "SEAMLINE_PURCHASE_RATE": "10000000/minute",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        }

    def prepare(self) -> None:
        program = [sys.executable, "-m", "benchmarks.prepare_shop", self.url, str(PRODUCTS)]
        result = subprocess.run(
            program, env=self.environment(), cwd=HERE.parent, check=True, stdout=subprocess.PIPE, text=True
        )
        self.products = json.loads(result.stdout.splitlines()[-1])


class Oscar(Server):
    """The peer, in its own Python."""

    name = "oscar_bench"
    path = "/basket/"

    def __init__(self, postgres: str, *, python: Path) -> None:
        super().__init__(postgres)
        self.python = python

    def environment(self) -> dict[str, str]:
        url = urlsplit(self.url)
        return {
            **os.environ,
            "PGHOST": str(url.hostname),
            "PGPORT": str(url.port),
            "PGDATABASE": self.name,
            "PGUSER": str(url.username),
            "PGPASSWORD": str(url.password),
            "PYTHONPATH": str(HERE),
        }

    def prepare(self) -> None:
        result = subprocess.run(
            [self.python, "-m", "oscar_peer.prepare", str(PRODUCTS)],
            env=self.environment(),
            cwd=HERE,
            check=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.products = [str(product) for product in json.loads(result.stdout.splitlines()[-1])]

    def command(self) -> list[str]:
        return [str(self.python), "-m", "granian"]

    def application(self) -> str:
        return "oscar_peer.wsgi:application"
