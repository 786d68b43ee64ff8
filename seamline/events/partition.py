"""Partitions: the keys of a subscription divided among workers, so that several deliver at once, each key in order.

The division must be the same on every server and for ever, because checkpoints rest on it: SHA-256, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

MOST_PARTITIONS = 64

PARTITION_OF_KEY = "(get_byte(sha256(convert_to(key, 'UTF8')), 0) %% {count})"
"""SQL for the partition of a row's ``key``; ``{count}`` takes the number of partitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """One of ``count`` equal shares of all keys; ``index`` counts from zero."""

    index: int = 0
    count: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count <= MOST_PARTITIONS:
            raise ValueError(
                f"Partition {self.index} of {self.count} does not exist: counts go from 1 to {MOST_PARTITIONS}, and "
                "partitions are numbered from 0."
            )

    def holds(self, key: str) -> bool:
        """Whether the key belongs to this partition."""
        return self.count == 1 or sha256(key.encode()).digest()[0] % self.count == self.index

    @property
    def condition(self) -> str:
        """SQL that is true for rows of this partition, to be joined by AND; empty where it holds all keys."""
        return "" if self.count == 1 else f" AND {PARTITION_OF_KEY.format(count=self.count)} = {self.index}"


WHOLE = Partition()
"""All keys."""
