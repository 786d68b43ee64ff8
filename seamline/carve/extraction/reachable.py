"""Which source files a set of files needs: what they import, and what their strings name, step by step.

Settings name much by dotted strings, so a string that is the name of a file of the project counts as an import. This
file reads sources and imports nothing of what it reads.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def reachable(
    roots: Iterable[Path], *, project: Path, packages: Iterable[str], without: Iterable[str] = ()
) -> frozenset[Path]:
    """The files of these packages that the roots need, themselves included, with the ``__init__`` files above them.

    :param roots: source files.
    :param project: the folder that the packages are in.
    :param packages: top-level packages that are looked into.
    :param without: dotted packages that are not entered.
    """
    wanted, closed = set(packages), tuple(without)
    found: set[Path] = set()
    waiting = list(roots)
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        for name in _names(file, project=project):
            if name.partition(".")[0] not in wanted or any(f"{name}.".startswith(f"{each}.") for each in closed):
                continue
            waiting.extend(each for each in _files_of(name, project=project) if each not in found)
    return frozenset(found)


def third_party(files: Iterable[Path]) -> frozenset[str]:
    """The top-level names that the files import or name in strings."""
    names: set[str] = set()
    for file in files:
        names |= {name.partition(".")[0] for name in _names(file, project=file.parent)}
        names |= {text.partition(".")[0] for text in _strings(_tree(file)) if text.isidentifier()}
    return frozenset(names)


def imported(files: Iterable[Path]) -> frozenset[str]:
    """The top-level names that the files import; a word that stands in a string does not count."""
    return frozenset(
        name.partition(".")[0]
        for file in files
        for node in ast.walk(_tree(file))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for name in _names_in(node, file=file, project=file.parent)
    )


def lines_that_name(package: str, files: Iterable[Path]) -> Iterator[tuple[Path, int]]:
    """Where files import something of a package, or name it in a string: file and line."""
    for file in files:
        for node in ast.walk(_tree(file)):
            if any(f"{name}.".startswith(f"{package}.") for name in _names_in(node, file=file, project=file.parent)):
                yield file, getattr(node, "lineno", 1)


def _names(file: Path, *, project: Path) -> Iterator[str]:
    for node in ast.walk(_tree(file)):
        yield from _names_in(node, file=file, project=project)


def _names_in(node: ast.AST, *, file: Path, project: Path) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            folder = file.parents[node.level - 1].relative_to(project)
            base = ".".join([*folder.parts, *([base] if base else [])])
        yield base
        yield from (f"{base}.{alias.name}" for alias in node.names)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from _DOTTED.findall(node.value) if len(node.value) < 200 and " " not in node.value else ()


def _strings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), filename=str(file))


def _files_of(name: str, *, project: Path) -> Iterator[Path]:
    """The file of the longest part of a dotted name that is one, and the packages above it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        path = project.joinpath(*parts[:length])
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                yield file
                for above in range(1, length):
                    package = project.joinpath(*parts[:above]) / "__init__.py"
                    if package.is_file():
                        yield package
                return
