"""What a comparison has found, as values: figures for each table, and mismatches named by their primary key.

Mismatches are named up to a limit and counted in full. This file may not read a database, and holds no value of a row
but its key.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MismatchKind(StrEnum):
    """How a row at the target departs from the source's."""

    MISSING = "missing"
    """The target has no such row."""
    EXTRA = "extra"
    """Only the target has it."""
    DIFFERENT = "different"
    """Both have it, with other values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """One row that the two sides do not share.

    ``key`` is its primary key as text, by column; in tables without one it is the SHA-256 of the whole row.
    """

    table: str
    kind: MismatchKind
    key: dict[str, str]
    columns: tuple[str, ...] = ()
    """Whose values differ; of different rows alone."""

    def __str__(self) -> str:
        key = ", ".join(f"{name}={value}" for name, value in self.key.items())
        return f"{self.table} ({key}) is {self.kind}" + (f" in {', '.join(self.columns)}" if self.columns else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableResult:
    """One table's figures; the last three count all mismatches, named or not."""

    table: str
    source_rows: int = 0
    target_rows: int = 0
    unlike: str = ""
    """Why its rows could not be compared at all; empty when they were."""
    missing: int = 0
    extra: int = 0
    different: int = 0

    @property
    def same(self) -> bool:
        """Whether both sides have the same rows."""
        return not (self.unlike or self.missing or self.extra or self.different)


@dataclass(frozen=True, slots=True, kw_only=True)
class SequenceBehind:
    """A sequence of the target that would give values again which the source has given. None: it is not there."""

    sequence: str
    source: int
    target: int | None

    def __str__(self) -> str:
        at = "is not there" if self.target is None else f"is at {self.target}"
        return f"Sequence {self.sequence} {at}; at the source it is at {self.source}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a comparison is. ``rows_expected`` is an estimate, for both sides together, as ``rows`` are."""

    table: str
    rows: int
    rows_expected: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All tables of a schema, compared at one logical point."""

    tables: tuple[TableResult, ...]
    mismatches: tuple[Mismatch, ...]
    """The first ones found, of each table a share."""
    sequences_behind: tuple[SequenceBehind, ...]
    seconds: float

    @property
    def rows(self) -> int:
        """Rows of the source that were compared."""
        return sum(each.source_rows for each in self.tables)

    @property
    def rows_per_second(self) -> float:
        """Of the source; each was read on both sides."""
        return self.rows / self.seconds if self.seconds else 0.0

    @property
    def mismatched(self) -> int:
        """All mismatches, named or not."""
        return sum(each.missing + each.extra + each.different for each in self.tables)

    @property
    def same(self) -> bool:
        """Whether every row of every table is the same on both sides, and no sequence is behind."""
        return all(each.same for each in self.tables) and not self.sequences_behind
