"""JSON Schema of events, made by msgspec, with what msgspec leaves out: formats of times, docstrings of fields."""

from __future__ import annotations

import ast
import dataclasses
import inspect as python_inspect
import itertools
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from seamline.contract import Event

_FORMATS: dict[type[inspect.Type], str] = {inspect.DateTimeType: "date-time", inspect.TimeType: "time"}
_components: Callable[..., tuple[Any, dict[str, Any]]] = msgspec.json.schema_components


def json_schemas(events: Sequence[type[Event]], *, ref_template: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A reference for each event, and the components that they refer to, sorted by name.

    :param ref_template: where a component is found, such as ``#/components/schemas/{name}``.
    """
    references, components = _components(events, ref_template=ref_template)
    prefix = ref_template.removesuffix("{name}")
    for event, reference in zip(events, references, strict=True):
        _complete(inspect.type_info(event), reference, components, prefix, set())
    return list(references), dict(sorted(components.items()))


def _complete(info: inspect.Type, schema: dict[str, Any], known: dict[str, Any], prefix: str, done: set[str]) -> None:
    """Add to a schema, in place, what the type says and msgspec does not write."""
    if isinstance(info, inspect.Metadata):
        _complete(info.type, schema, known, prefix, done)
    elif isinstance(info, inspect.UnionType):
        for member in info.types:
            if type(member) in _FORMATS:
                text: dict[str, Any] = next((each for each in schema["anyOf"] if each.get("type") == "string"), {})
                text["format"] = _FORMATS[type(member)]
            elif isinstance(member, inspect.DataclassType):
                referred = next(each for each in schema["anyOf"] if "$ref" in each)
                _complete(member, referred, known, prefix, done)
    elif type(info) in _FORMATS:
        schema["format"] = _FORMATS[type(info)]
    elif isinstance(info, inspect.DictType) and isinstance(schema.get("additionalProperties"), dict):
        _complete(info.value_type, schema["additionalProperties"], known, prefix, done)
    elif isinstance(schema.get("items"), dict):
        item = getattr(info, "item_type", None)
        if item is not None:
            _complete(item, schema["items"], known, prefix, done)
    elif isinstance(info, inspect.DataclassType) and (name := schema.get("$ref", "").removeprefix(prefix)) not in done:
        done.add(name)
        described = field_descriptions(info.cls)
        for field in info.fields:
            within = known[name]["properties"][field.encode_name]
            _complete(field.type, within, known, prefix, done)
            if field.name in described and "$ref" not in within:
                within["description"] = described[field.name]


def field_descriptions(cls: type[Any]) -> dict[str, str]:
    """The texts that stand below the fields of a dataclass, by field; none where there is no source."""
    try:
        tree = ast.parse(textwrap.dedent(python_inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = next((node.body for node in tree.body if isinstance(node, ast.ClassDef)), [])
    found = {}
    for field, text in itertools.pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
            and isinstance(text.value.value, str)
        ):
            found[field.target.id] = python_inspect.cleandoc(text.value.value)
    return found


def description_of(cls: type[Any]) -> str:
    """The class's docstring; empty where a dataclass only got the one that Python makes."""
    text = cls.__doc__ or ""
    made = dataclasses.is_dataclass(cls) and text.startswith(f"{cls.__name__}(")
    return "" if made else python_inspect.cleandoc(text)
