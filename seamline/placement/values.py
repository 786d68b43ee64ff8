"""What a placement is, as plain values; they go through PostgreSQL, commands and HTTP alike. No behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Serves(StrEnum):
    """Who serves a module that the hub hosts."""

    HERE = "here"
    """The hub, as without any record."""
    SERVICE = "service"
    """A deployable of its own; the hub stands by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Who serves a module since when and why."""

    module: str
    serves: Serves
    epoch: int = 0
    """Each change of any module has a higher one; 0 where nothing was ever changed."""
    changed_at: datetime | None = None
    changed_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """That somebody changed a placement."""

    at: datetime
    module: str
    serves: Serves
    epoch: int
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """A live process of the hub, and the epoch up to which it has all placements in force."""

    process: str
    epoch: int
