"""Instances of modules as values: who they are, where they answer, and all of them at one moment. No behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class InstanceState(StrEnum):
    """Whether an instance takes new calls."""

    UP = "up"
    DRAINING = "draining"
    """It finishes what it has, and takes nothing new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One process, or several behind one address, that serve modules."""

    id: str
    modules: tuple[str, ...]
    url: str
    version: str = ""
    zone: str = ""
    group: str = ""
    """The deployable that it is one of."""
    state: InstanceState = InstanceState.UP
    started_at: float = 0.0
    """Seconds since 1970, by its own clock; for people."""
    standby: tuple[str, ...] = ()
    """Modules that it can serve, and shall only where nobody else does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """All instances that a registry knew at one moment."""

    revision: str
    """Differs whenever something has changed."""
    instances: tuple[Instance, ...] = field(default=())


class NoInstance(Exception):
    """No instance of the module can take a call now; the text says what is known of them."""
