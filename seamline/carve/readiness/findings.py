"""A finding about a module that is to be carved, and the score that all of them make. Pure values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a finding weighs."""

    BLOCKER = "blocker"
    """The carve must not begin."""
    WARNING = "warning"
    """It can, and somebody will feel it."""
    NOTE = "note"
    """Worth knowing."""


COSTS = {Level.BLOCKER: 40, Level.WARNING: 8, Level.NOTE: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One finding. ``evidence`` is a file with its line, or a measured figure."""

    id: str
    level: Level
    text: str
    evidence: str
    advice: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """All findings about one module."""

    module: str
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """100, less 40 for each blocker and 8 for each warning, at least 0."""
        return score(self.reasons)

    @property
    def ready(self) -> bool:
        """Whether nothing stands in the way."""
        return not any(reason.level is Level.BLOCKER for reason in self.reasons)


def score(reasons: Sequence[Reason]) -> int:
    """100, less 40 for each blocker and 8 for each warning, at least 0."""
    return max(0, 100 - sum(COSTS[reason.level] for reason in reasons))
