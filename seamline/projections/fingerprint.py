"""Recognising changed code: a digest of what decides about a projection's rows, blind to comments and layout.

The same on every machine and in every process: only the meaning of the source counts, never an address or a path. This
file may not read a database.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps

from seamline.projections.projection import Projection

LENGTH = 16
"""Hexadecimal digits that are kept."""
_WITH_DOCSTRING = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def fingerprint(projection: Projection) -> str:
    """The digest of a projection: version, events and their schema versions, columns, and the source of its code.

    :raises LookupError: a model, or the source of a module, cannot be found.
    """
    parts = [str(projection.version)]
    parts += sorted(f"{event.event_name} {event.schema_version}" for event in projection.events)
    for label in projection.models:
        fields = apps.get_model(label)._meta.concrete_fields
        parts += [label, *(f"{field.column} {field.get_internal_type()}" for field in fields)]
    parts += sorted(projection.tables)
    for name in dict.fromkeys((projection.handler.partition(":")[0], *projection.code)):
        parts += [name, source_digest(_source_of(name))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:LENGTH]


def source_digest(source: str) -> str:
    """A digest of Python source that stays the same when comments, docstrings, annotations' layout or lines change."""
    return hashlib.sha256("".join(_shape(ast.parse(source))).encode()).hexdigest()


def _source_of(name: str) -> str:
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
