"""What a check found, before it becomes a Django message; so that the rules stay plain functions with plain tests."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.checks import CheckMessage, Error, Warning

DOCS = "docs/checks.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One violation: a stable id such as ``seamline.E003``, where, what is wrong, and what to do."""

    id: str
    where: str
    problem: str
    hint: str

    def message(self) -> CheckMessage:
        """The finding as Django shows it."""
        kind = Warning if ".W" in self.id else Error
        anchor = self.id.replace(".", "").lower()
        return kind(f"{self.where}: {self.problem}", hint=f"{self.hint} See {DOCS}#{anchor}", id=self.id)
