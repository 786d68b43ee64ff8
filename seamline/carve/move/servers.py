"""The two servers of a move, as their administrators reach them, and the names of what is made on both.

This file may not change anything on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from seamline.data.places import Place
from seamline.data.roles import role_password

PATIENCE = 5
"""Seconds for a server to answer."""
_NO_OPTION = ("user", "password", "host", "port", "dbname")


@dataclass(frozen=True, slots=False, kw_only=True)
class Server:
    """A PostgreSQL server and database. ``url`` is its administrator's and is a secret; the rest is not."""

    url: str

    @cached_property
    def place(self) -> Place:
        """Its address, without anybody's name or password."""
        parts = conninfo_to_dict(self.url)
        options = {name: str(value) for name, value in parts.items() if name not in _NO_OPTION and value is not None}
        return Place(
            host=str(parts.get("host") or "127.0.0.1"),
            port=int(parts.get("port") or 5432),
            dbname=str(parts.get("dbname") or "postgres"),
            options=options,
        )

    def connect(self, *, module: str, autocommit: bool = True) -> psycopg.Connection[Any]:
        """As the administrator.

        :raises psycopg.OperationalError: no answer, or refused.
        """
        return psycopg.connect(
            self.url,
            autocommit=autocommit,
            connect_timeout=PATIENCE,
            application_name=f"seamline carve {module}",
            options="-c statement_timeout=0 -c idle_in_transaction_session_timeout=0",
        )

    def __repr__(self) -> str:
        return f"Server({self.place})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A module's data, where they come from and where they go."""

    module: str
    source: Server
    target: Server
    secret: str

    def reversed(self) -> Move:
        """The way back."""
        return Move(module=self.module, source=self.target, target=self.source, secret=self.secret)

    @property
    def publication(self) -> str:
        """On both servers."""
        return f"seamline_{self.module}"

    @property
    def subscription(self) -> str:
        """On the target, reading from the source; also the name of its slot there."""
        return subscription_name(self.module, into=self.target.place)

    @property
    def marker(self) -> str:
        """The table whose rows tell that everything before them has arrived."""
        return f"marker_{self.module}"

    @property
    def copying_role(self) -> str:
        """Who reads the source for the target: it may read this module's tables and nothing else."""
        return f"{self.module}_copy"

    @property
    def copying_password(self) -> str:
        """Derived from the installation's secret, as all roles' are."""
        return role_password(role=self.copying_role, secret=self.secret)

    def source_conninfo(self) -> str:
        """How the target reaches the source. A secret."""
        place = self.source.place
        return make_conninfo(
            **place.options,
            host=place.host,
            port=place.port,
            dbname=place.dbname,
            user=self.copying_role,
            password=self.copying_password,
            application_name=self.subscription,
        )


def subscription_name(module: str, *, into: Place) -> str:
    """A name that two servers never share, also where they are databases of one cluster."""
    words = "".join(letter if letter.isalnum() else "_" for letter in f"{into.host}_{into.port}_{into.dbname}".lower())
    return f"seamline_{module}_{words}"[:63]
