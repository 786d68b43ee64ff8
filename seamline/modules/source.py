"""Recognising changed code: a digest of Python source that is blind to comments, docstrings and layout.

The same on every machine and in every process: only the meaning of the source counts. This file may not import it.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@lru_cache(maxsize=256)
def source_digest(source: str) -> str:
    """A digest of Python source that stays the same when comments, docstrings, annotations' layout or lines change."""
    return hashlib.sha256("".join(_shape(ast.parse(source))).encode()).hexdigest()


def source_of(name: str) -> str:
    """The source of a Python module, by its dotted name.

    :raises LookupError: there is none, or its source cannot be found.
    """
    try:
        found = find_spec(name)
    except ImportError as error:
        raise LookupError(f"There is no module {name!r}: {error}") from error
    if found is None or found.origin is None or not found.origin.endswith(".py"):
        raise LookupError(f"The source of the module {name!r} cannot be found; name a module of the project.")
    return Path(found.origin).read_text()


def _shape(value: object) -> Iterator[str]:
    """Type names and values of a syntax tree. Empty fields are left out: later versions of Python have more of them."""
    if isinstance(value, ast.AST):
        yield f"({type(value).__name__}"
        for name, field in ast.iter_fields(value):
            shown = _undocumented(field) if name == "body" and isinstance(value, _WITH_DOCSTRING) else field
            if shown is None or shown == []:
                continue
            yield f" {name}="
            yield from _shape(shown)
        yield ")"
    elif isinstance(value, list):
        for each in value:
            yield from _shape(each)
    else:
        yield repr(value)


def _undocumented(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    documented = (
        isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    )
    return body[1:] if documented else body
