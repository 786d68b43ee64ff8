"""What a registry offers, whichever it is. Its own clock decides when an instance's time is up; no host's does."""

from __future__ import annotations

from typing import Protocol

from seamline.discovery.instance import Instance, Snapshot

TTL = 2.0
"""Seconds after its last sign of life at which an instance is gone."""
HEARTBEAT = 0.6
SUSPICION = 0.8
"""Seconds that an instance which was reported dead has to give a sign of life; longer than its heart's rest."""
MOST_INSTANCES = 10_000


class RegistryAway(Exception):
    """The registry cannot be reached now; the text says which and why."""


class Registry(Protocol):
    """Knows which instances run. Any method may raise ``RegistryAway``. Safe for any threads."""

    def register(self, instance: Instance, *, ttl: float = TTL) -> None:
        """Make it known, or known anew, for so many seconds."""

    def heartbeat(self, instance_id: str, *, ttl: float = TTL) -> bool:
        """Believe in it for so many seconds more; False where it is not known and has to register."""

    def drain(self, instance_id: str) -> None:
        """It takes nothing new from now on."""

    def deregister(self, instance_id: str) -> None:
        """It is gone."""

    def suspect(self, instance_id: str) -> None:
        """A caller found it dead: without a sign of life it is gone soon."""

    def read(self) -> Snapshot:
        """All that run."""

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """All that run, as soon as the revision is another one, or after so many seconds."""


class Silent:
    """A registry that only tells: nothing registers there."""

    def register(self, instance: Instance, *, ttl: float = TTL) -> None:
        """Nothing: whoever keeps the list knows."""

    def heartbeat(self, instance_id: str, *, ttl: float = TTL) -> bool:
        """Always known."""
        return True

    def drain(self, instance_id: str) -> None:
        """Nothing."""

    def deregister(self, instance_id: str) -> None:
        """Nothing."""

    def suspect(self, instance_id: str) -> None:
        """Nothing."""
