"""What a door remembers of credentials: digests alone, for seconds, so many at most. For one event loop.

What is changed through this very door (a logout, a new password, a revoked token) is not waited for: such credentials
are asked about anew each time for a while. This file may not know what an identity is.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

V = TypeVar("V")
MOST = 20_000
"""About 20 MB."""
SUSPECT_SECONDS = 60.0
"""Longer than any request may take, so that an answer from before the change is never kept."""


@dataclass(slots=True, kw_only=True)
class Remembered(Generic[V]):
    """What was found out."""

    value: V
    until: float
    headers: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Sealed identities by audience, and until when each is used."""


class Memory(Generic[V]):
    """Bounded; what came first goes first."""

    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._salt = secrets.token_bytes(32)
        self._found: dict[bytes, Remembered[V]] = {}
        self._suspects: dict[bytes, float] = {}

    def digest(self, parts: Iterable[str]) -> bytes:
        """What stands for the parts; useless elsewhere and after a restart."""
        keyed = hashlib.blake2b(key=self._salt, digest_size=16)
        for part in parts:
            encoded = part.encode("utf-8", "surrogateescape")
            keyed.update(len(encoded).to_bytes(4, "big") + encoded)
        return keyed.digest()

    def find(self, digest: bytes, *, now: float) -> Remembered[V] | None:
        """What is known and still good."""
        found = self._found.get(digest)
        if found is None:
            return None
        if found.until <= now:
            del self._found[digest]
            return None
        return found

    def keep(self, digest: bytes, value: V, *, until: float) -> Remembered[V]:
        """Remember it."""
        if len(self._found) >= self._most:
            del self._found[next(iter(self._found))]
        remembered = Remembered(value=value, until=until)
        self._found[digest] = remembered
        return remembered

    @property
    def has_suspects(self) -> bool:
        """Whether any are."""
        return bool(self._suspects)

    def suspect(self, credential: bytes, *, now: float) -> None:
        """Rely on nothing about this credential for a while."""
        if len(self._suspects) >= self._most:
            # Forgetting one would let an old answer count: everything that was found out goes instead.
            self._suspects.clear()
            self._found.clear()
        self._suspects[credential] = now + SUSPECT_SECONDS

    def is_suspect(self, credential: bytes, *, now: float) -> bool:
        """Whether nothing about it is to be relied on."""
        until = self._suspects.get(credential)
        if until is None:
            return False
        if until <= now:
            del self._suspects[credential]
            return False
        return True
