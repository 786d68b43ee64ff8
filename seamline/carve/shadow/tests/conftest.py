"""A table of a hosted module in the session's database, and a second database that follows it by real replication."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings

from seamline.calls import use
from seamline.calls.binding import rebound
from seamline.calls.local import LocalBinding
from seamline.carve.shadow import here
from seamline.carve.shadow.target import drop_shadow_role, prepare_shadow_role
from seamline.carve.shadow.values import Difference, Setting
from seamline.contract import Contract, ContractError, ErrorKind, command, query
from seamline.data import atomic, connection_for
from seamline.data.roles import serving_role
from seamline.testing.waiting import wait_until

MODULE = "catalog"  # any hosted module lends its schema
TABLE = "CREATE TABLE shadowed (id int PRIMARY KEY, owner text NOT NULL, places int NOT NULL)"


@dataclass
class NoShelf(ContractError, module="catalog", kind=ErrorKind.NOT_FOUND):
    """There is no such shelf."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    owner: str
    places: int


class Shelves(Contract, module=MODULE, version="1.0"):
    """Reads and writes the table."""

    @query(timeout=2.0)
    def box(self, *, number: int) -> Box:
        """One.

        :raises NoShelf: there is none.
        """

    @query(timeout=2.0)
    def boxes(self, *, owner: str = "") -> tuple[Box, ...]:
        """All."""

    @command(timeout=2.0)
    def change(self, *, number: int, places: int) -> None:
        """Change one."""


class ShelvesService(Shelves):
    def __init__(self) -> None:
        self.before: Callable[[], None] = lambda: None

    def box(self, *, number: int) -> Box:
        self.before()
        with atomic(MODULE), connection_for(MODULE).cursor() as cursor:
            cursor.execute("SELECT owner, places FROM shadowed WHERE id = %s", [number])
            row = cursor.fetchone()
        if row is None:
            raise NoShelf(number=number)
        return Box(owner=row[0], places=row[1])

    def boxes(self, *, owner: str = "") -> tuple[Box, ...]:
        with connection_for(MODULE).cursor() as cursor:
            cursor.execute("SELECT owner, places FROM shadowed ORDER BY id")
            return tuple(Box(owner=name, places=places) for name, places in cursor.fetchall())

    def change(self, *, number: int, places: int) -> None:
        with connection_for(MODULE).cursor() as cursor:
            cursor.execute("UPDATE shadowed SET places = %s WHERE id = %s", [places, number])


@dataclass(kw_only=True)
class Shadowed:
    """The two databases, and what this process has found."""

    source: str
    target: str
    setting: Setting
    service: ShelvesService
    counts: dict[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    def at_target(self, statement: str) -> None:
        with psycopg.connect(self.target, options=f"-c search_path={MODULE}") as connection:
            connection.execute(statement)

    @contextmanager
    def nothing_arrives(self) -> Iterator[None]:
        """Readers go on at the target; what replication brings waits."""
        with psycopg.connect(self.target, options=f"-c search_path={MODULE}") as connection:
            connection.execute("LOCK TABLE shadowed IN SHARE ROW EXCLUSIVE MODE")
            yield

    def looked(self) -> dict[str, int]:
        """All figures, by verdict, once nothing waits any more."""
        wait_until(lambda: not here.busy(), seconds=30, what="shadow reads")
        counts, differences = here.taken()
        for (_, _, verdict), number in counts.items():
            self.counts[verdict.value] = self.counts.get(verdict.value, 0) + number
        for found in differences.values():
            self.differences += found
        return dict(self.counts)


@pytest.fixture
def shelves() -> Any:
    """The contract's client."""
    return use(Shelves)


@pytest.fixture
def shadowed(database: None, admin_url: str) -> Iterator[Shadowed]:
    """Three rows on both sides; every query is shadowed."""
    name = f"shadowed_{os.getpid()}"
    parts = urlsplit(admin_url)
    target = urlunsplit(parts._replace(path=f"/{name}"))
    service = ShelvesService()
    setting = Setting(
        module=MODULE, share=1.0, host=str(parts.hostname), port=int(parts.port or 0), dbname=name, slot=name
    )
    with psycopg.connect(admin_url, autocommit=True, options=f"-c search_path={MODULE}") as source:
        source.execute(TABLE)
        source.execute(f"GRANT SELECT, UPDATE ON shadowed TO {serving_role(MODULE)}")
        source.execute(f"CREATE DATABASE {name}")
        source.execute("CREATE PUBLICATION shadowed FOR TABLE shadowed")
        source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [name])
        try:
            with psycopg.connect(target, autocommit=True, options=f"-c search_path={MODULE}") as there:
                there.execute(f"CREATE SCHEMA {MODULE}")
                there.execute(TABLE)
                there.execute(
                    f"CREATE SUBSCRIPTION {name} CONNECTION '{admin_url}' PUBLICATION shadowed "
                    f"WITH (create_slot = false, slot_name = '{name}', copy_data = false)"
                )
                prepare_shadow_role(there, module=MODULE, secret=settings.SEAMLINE_SECRET)
                source.execute("INSERT INTO shadowed SELECT n, 'Ada', n FROM generate_series(1, 3) n")
                wait_until(
                    lambda: there.execute("SELECT count(*) FROM shadowed").fetchone() == (3,), what="the rows to arrive"
                )
                with rebound(Shelves, LocalBinding(service)):
                    here.shadow([setting])
                    yield Shadowed(source=admin_url, target=target, setting=setting, service=service)
                    here.shadow([])
                    wait_until(lambda: not here.busy(), seconds=30)
                    here.taken()
                there.execute(f"DROP SUBSCRIPTION {name}")
                drop_shadow_role(there, module=MODULE)
        finally:
            here.shadow([])
            source.execute(f"DROP DATABASE {name} WITH (FORCE)")
            source.execute("DROP PUBLICATION shadowed")
            source.execute("DROP TABLE shadowed")
