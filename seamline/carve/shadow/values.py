"""Shadow reads as values: where they go, what they found, counted and named. None of them holds anybody's data."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from seamline.data.places import Place


class Verdict(StrEnum):
    """What became of one shadow read."""

    SAME = "same"
    LATE = "late"
    """The answers differed, and did no longer once the target had caught up."""
    REAL = "real"
    """They differ although the target has caught up."""
    UNDECIDED = "undecided"
    """The source's own answer changes each time, or the target does not catch up."""
    FAILED = "failed"
    """The target could not be asked."""
    DROPPED = "dropped"
    """Nobody had time for it."""


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """That queries of a module are asked at another place too, for as long as this stands.

    :param share: of the queries, from 0 to 1.
    :param slot: the replication slot at the source through which that place follows.
    """

    module: str
    share: float
    host: str
    port: int
    dbname: str
    slot: str
    options: dict[str, str] = {}

    @property
    def place(self) -> Place:
        """Where the other answers come from."""
        return Place(host=self.host, port=self.port, dbname=self.dbname, options=self.options)


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One query that was answered in two ways. ``source`` and ``target`` tell the answers' shapes, never values.

    :param arguments: a keyed fingerprint, equal for equal arguments of one operation in one installation.
    :param paths: where the answers differ.
    :param lag_bytes: how far the target was behind when the difference was first seen.
    """

    operation: str
    arguments: str
    verdict: Verdict
    paths: tuple[str, ...]
    source: str
    target: str
    lag_bytes: int | None
    at: datetime


class OperationCount(msgspec.Struct, frozen=True, kw_only=True):
    """How many shadow reads of one operation ended in each way."""

    operation: str
    counts: dict[Verdict, int]


class ShadowReport(msgspec.Struct, frozen=True, kw_only=True):
    """What shadow reads of a module have found in all processes since they were switched on."""

    module: str
    share: float
    operations: tuple[OperationCount, ...] = ()
    differences: tuple[Difference, ...] = ()

    def count(self, verdict: Verdict) -> int:
        """Of all operations."""
        return sum(each.counts.get(verdict, 0) for each in self.operations)

    @property
    def real(self) -> int:
        """Differences that speak against a cutover."""
        return self.count(Verdict.REAL)

    @property
    def line(self) -> str:
        """All figures, for people."""
        figures = ", ".join(f"{self.count(verdict):,} {verdict}" for verdict in Verdict if self.count(verdict))
        share = f"{self.share:.1%} of queries" if self.share else "off"
        return f"shadow reads of {self.module} ({share}): {figures or 'none yet'}"

    @property
    def text(self) -> str:
        """For people: a line of figures, and one for each difference that is known by name."""
        lines = [self.line]
        for each in self.differences:
            where = ", ".join(each.paths) or "the answer"
            lag = "unknown" if each.lag_bytes is None else f"{each.lag_bytes:,} bytes"
            lines.append(
                f"  {each.verdict}: {each.operation} [{each.arguments}] in {where}: {each.source} at the source, "
                f"{each.target} at the target; lag {lag}"
            )
        return "\n".join(lines)
