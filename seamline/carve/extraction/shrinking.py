"""``carve shrink``: the monolith without the code of a module that lives in a repository of its own.

The contract stays, because callers do. What the settings call present is what is on disk, so no wiring has to change;
where the repository is stands in pyproject.toml, for tests over the whole. This file may not touch anything but files.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from seamline.carve.extraction.errors import ExtractionRefused
from seamline.carve.extraction.reachable import lines_that_name
from seamline.modules import hosted_modules

MODULES = "modules"
SECTION = "[tool.seamline.extracted]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """What would be removed, and what would be written: paths relative to the project."""

    module: str
    removed: Path
    repository: str
    pyproject: str


def plan(module: str, *, root: Path, repository: Path) -> Shrinking:
    """Find out whether the monolith can do without the module's code. Changes nothing.

    :param repository: the folder of the extracted repository.
    :raises ExtractionRefused: the module's code is not in both places, or other code names it: with file and line.
    """
    folder = root / MODULES / module
    if not (folder / "module.py").is_file():
        raise ExtractionRefused(f"There is no module {module!r} in {root / MODULES}.")
    if not (repository / MODULES / module / "module.py").is_file():
        raise ExtractionRefused(f"{repository} has no module {module!r}: run 'manage.py carve extract {module}' first.")
    if module == settings.SEAMLINE_HUB_MODULE:
        raise ExtractionRefused(f"{module!r} is the hub's own module (SEAMLINE_HUB_MODULE): name another one first.")
    if not any(each.name != module for each in hosted_modules()):
        raise ExtractionRefused(f"{module!r} is the only module here.")
    if named := [
        f"{file.relative_to(root)}:{line}" for file, line in lines_that_name(f"{MODULES}.{module}", _code(root, module))
    ]:
        raise ExtractionRefused(
            f"Other code names {MODULES}.{module}: {', '.join(named)}. It must go by the contract first."
        )
    return Shrinking(
        module=module,
        removed=folder.relative_to(root),
        repository=os.path.relpath(repository, root),
        pyproject=_told(root, module=module, repository=os.path.relpath(repository, root)),
    )


def shrink(shrinking: Shrinking, *, root: Path) -> None:
    """Do it."""
    (root / "pyproject.toml").write_text(shrinking.pyproject, encoding="utf-8")
    shutil.rmtree(root / shrinking.removed)


def _code(root: Path, module: str) -> Iterator[Path]:
    """All sources but the module's own and tests: those go to the module's repository, or skip what is not here."""
    for package in sorted({path.parent for path in root.glob("*/__init__.py")}):
        for file in sorted(package.rglob("*.py")):
            parts = file.relative_to(root).parts
            if parts[:2] != (MODULES, module) and "tests" not in parts:
                yield file


def _told(root: Path, *, module: str, repository: str) -> str:
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    line = f'{module} = "{repository}"\n'
    if SECTION in text:
        return text.replace(f"{SECTION}\n", f"{SECTION}\n{line}", 1)
    why = "# Modules whose code left, and the repositories that 'make test' runs over, where they are beside this one."
    return f"{text.rstrip()}\n\n{SECTION}\n{why}\n{line}"
