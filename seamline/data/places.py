"""Where each alias's data are now, as this process knows it: what a refusing server's forwarding pointer said last.

Nothing is known until a server refuses: the settings are right at first. A higher epoch always wins. Passwords are no
part of a place, they follow from the role. This file may not open a connection.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A server and database, and the generation in which the data came there."""

    host: str
    port: int
    dbname: str
    epoch: int = 0
    options: dict[str, str] = field(default_factory=dict, compare=False)
    """Further parameters of connections, such as ``sslmode``; never a password."""

    @property
    def address(self) -> tuple[str, str, str]:
        """What tells one place from another."""
        return self.host, str(self.port), self.dbname

    def connection_parameters(self) -> dict[str, Any]:
        """As libpq names them."""
        return {**self.options, "host": self.host, "port": str(self.port), "dbname": self.dbname}

    def __str__(self) -> str:
        return f"{self.host}:{self.port}/{self.dbname}"


_places: dict[str, Place] = {}
_lock = threading.Lock()


def known_place(alias: str) -> Place | None:
    """Where the alias's data are; None while what the settings say was never refused."""
    return _places.get(alias)


def remember_place(alias: str, place: Place) -> None:
    """Connect there from now on, unless a later place is known already."""
    with _lock:
        known = _places.get(alias)
        if known is None or known.epoch <= place.epoch:
            _places[alias] = place


def forget_places() -> None:
    """Go by the settings again."""
    with _lock:
        _places.clear()
