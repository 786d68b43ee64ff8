"""The servers of a run: one throw-away PostgreSQL and one Valkey for all, a database for ours and one for theirs.

PostgreSQL notes when each transaction committed: times come from the server, the same for everybody.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from benchmarks.events.child import HERE
from benchmarks.events.tables import BUSINESS, EFFECT, OUTBOX
from seamline.embedded import EmbeddedServer
from seamline.embedded.valkey import EmbeddedValkey

SECRET = "a secret of the benchmark alone"
SHOP, LEDGER = "bench_shop", "bench_ledger"
OURS = {"DJANGO_SETTINGS_MODULE": "benchmarks.events.settings"}
"""For processes of ours alone: with it, Celery would load Django for the peers too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the tables of a contender are, as the administrator sees them."""

    url: str
    business: str
    effect: str
    emptied: tuple[str, ...]
    """Tables that are emptied before each round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """What runs. ``fsync`` is what PostgreSQL says of itself."""

    postgres: str
    valkey: str
    fsync: str
    version: str
    pids: tuple[int, ...]
    """Of both servers."""
    ours: Place
    peers: Place

    @property
    def environment(self) -> dict[str, str]:
        """For every contender's process."""
        return {
            "DATABASE_URL": self.ours.url,
            "SEAMLINE_SECRET": SECRET,
            "SEAMLINE_MODULES": "all",
            "BENCH_URL": self.peers.url,
            "BENCH_BROKER": self.valkey,
            "CELERY_BROKER_URL": self.valkey,
        }


@contextmanager
def servers(folder: Path, *, durable: bool) -> Iterator[Servers]:
    """Start both, make the tables of ours and of the floor, stop both at the end.

    :param durable: every commit reaches the disk; otherwise PostgreSQL runs without fsync, as in tests.
    """
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that both are stopped then too
    server = EmbeddedServer(
        directory=folder / "postgres",
        fast=not durable,
        settings={"track_commit_timestamp": "on", "shared_buffers": "256MB", "max_wal_size": "4GB"},
    )
    valkey = EmbeddedValkey(directory=folder / "valkey")
    try:
        server.ensure_running()
        valkey.ensure_running()
        pids = tuple(status.pid for status in (server.status(), valkey.status()) if status.pid is not None)
        yield _prepared(server.url, valkey.url, pids=pids)
    finally:
        valkey.destroy()
        server.destroy()


def _prepared(postgres: str, valkey: str, *, pids: tuple[int, ...]) -> Servers:
    urls = {}
    with psycopg.connect(postgres, autocommit=True) as connection:
        for name in ("bench_ours", "bench_peers"):
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[arg-type]
            urls[name] = urlsplit(postgres)._replace(path=f"/{name}").geturl()
        fsync = connection.execute("SELECT current_setting('fsync')").fetchone()
        version = connection.execute("SELECT current_setting('server_version')").fetchone()
    assert fsync is not None
    assert version is not None
    with psycopg.connect(urls["bench_peers"], autocommit=True) as connection:
        for statement in (BUSINESS, EFFECT, OUTBOX):
            connection.execute(statement)  # type: ignore[arg-type]
    made = Servers(
        postgres=postgres,
        valkey=valkey,
        fsync=fsync[0],
        version=version[0],
        pids=pids,
        ours=Place(
            url=urls["bench_ours"],
            business=f"{SHOP}.business",
            effect=f"{LEDGER}.effect",
            emptied=(f"{SHOP}.business", f"{SHOP}.event_log", f"{LEDGER}.effect", f"{LEDGER}.checkpoint"),
        ),
        peers=Place(
            url=urls["bench_peers"],
            business="business",
            effect="effect",
            emptied=("business", "effect", "outbox"),
        ),
    )
    program = [sys.executable, "-m", "benchmarks.events.prepare"]
    subprocess.run(program, env={**os.environ, **made.environment, **OURS}, cwd=HERE.parents[1], check=True)
    return made


def empty(place: Place) -> None:
    """Empty the tables past all triggers, give dead rows back, and let the server write what it has put off."""
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        found = connection.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE to_regclass(name) IS NOT NULL",
            [[*place.emptied, "procrastinate_jobs", "procrastinate_events", "event_publications"]],
        ).fetchall()
        connection.execute(f"TRUNCATE {', '.join(name for (name,) in found)} RESTART IDENTITY CASCADE")  # type: ignore[arg-type]
        if place.effect == "effect":
            connection.execute("UPDATE mark SET position = 0")
        connection.execute("CHECKPOINT")
        for (name,) in found:
            connection.execute(f"VACUUM ANALYZE {name}")  # type: ignore[arg-type]
