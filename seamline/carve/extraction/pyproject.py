"""What ``pyproject.toml`` says: requirements, how tools are set, and what an extraction carries along.

Sections of tools are carried as they stand, comments and all. This file writes nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seamline.carve.extraction.errors import ExtractionRefused

CARRIED = ("tool.ruff", "tool.mypy", "tool.django-stubs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """Of a project: always, for its developers, and by other extras."""

    runtime: Sequence[str]
    dev: Sequence[str]
    extras: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``[tool.seamline.extract]``: ``carry`` are files that every extracted repository has as well."""

    carry: tuple[str, ...] = ()


def read_requirements(root: Path) -> Requirements:
    """The project's.

    :raises ExtractionRefused: there is no pyproject.toml, or it has no dependencies.
    """
    project = _read(root).get("project", {})
    if "dependencies" not in project:
        raise ExtractionRefused(f"{root / 'pyproject.toml'} names no dependencies: an extracted repository needs them.")
    extras = dict(project.get("optional-dependencies", {}))
    return Requirements(runtime=project["dependencies"], dev=extras.pop("dev", []), extras=extras)


def told_of(root: Path) -> Told:
    """What the project tells extractions."""
    told = _read(root).get("tool", {}).get("seamline", {}).get("extract", {})
    return Told(carry=tuple(told.get("carry", ())))


def carried_sections(root: Path) -> str:
    """The sections of the tools that check the code, as text."""
    kept: list[str] = []
    keeping = False
    for line in (root / "pyproject.toml").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            name = line.strip("[] \t")
            keeping = any(name == each or name.startswith(f"{each}.") for each in CARRIED)
        if keeping:
            kept.append(line)
    return "\n".join(kept).strip()


def _read(root: Path) -> dict[str, Any]:
    try:
        return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ExtractionRefused(f"{error.filename} is not there: run this in the project's own folder.") from error
