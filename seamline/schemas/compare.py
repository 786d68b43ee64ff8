"""Can a reader with one schema read everything that a writer with another one writes? Each "no" says where and why.

The answers follow the codec: JSON, unknown fields ignored, no conversion between types. Where it is easier to be strict
than right, a readable change counts as unreadable; never the other way round. This file may not know the corpus.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from seamline.schemas.shape import Field, Schema, Shape

_TEXTS = {"string", "bytes", "datetime", "date", "time", "duration", "uuid", "decimal"}
_READABLE_AS = {
    "string": _TEXTS,
    "number": {"integer", "number"},
    "decimal": {"decimal", "integer", "number"},
}
"""Kinds that a plain reader takes besides its own."""
_LOWER, _UPPER = {"gt", "ge", "min_length"}, {"lt", "le", "max_length"}
Fields = dict[str, Field]
Types = dict[str, Fields]


class Cause(StrEnum):
    """Why a payload cannot be read as before."""

    ABSENT = "absent"
    """The reader requires a field that the writer does not write."""
    DROPPED = "dropped"
    """The writer writes a field that the reader does not know."""
    TYPE = "type"
    """The writer may write values that the reader does not take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place where writer and reader differ."""

    path: str
    cause: Cause
    written: str = ""
    wanted: str = ""


def differences(*, writer: Schema, reader: Schema) -> tuple[Difference, ...]:
    """Where the reader does not read all that the writer writes; ``DROPPED`` alone still decodes."""
    found = _Comparison(writer.types, reader.types).of_objects(writer.fields, reader.fields, "")
    return tuple(dict.fromkeys(found))


def unreadable(*, writer: Schema, reader: Schema) -> tuple[Difference, ...]:
    """The differences for which a payload may fail to decode."""
    return tuple(each for each in differences(writer=writer, reader=reader) if each.cause is not Cause.DROPPED)


class _Comparison:
    """Walks both schemas at once; ``within`` are the pairs of objects on the way, so that recursion ends."""

    def __init__(self, ours: Types, theirs: Types) -> None:
        self._ours = ours
        self._theirs = theirs
        self._within: list[tuple[str, str]] = []

    def of_objects(self, written: Fields, wanted: Fields, path: str) -> Iterator[Difference]:
        prefix = f"{path}." if path else ""
        for name, field in written.items():
            if name in wanted:
                yield from self._of_shapes(field.shape, wanted[name].shape, f"{prefix}{name}")
            else:
                yield Difference(path=f"{prefix}{name}", cause=Cause.DROPPED, written=str(field.shape))
        for name, field in wanted.items():
            if name not in written and field.required:
                yield Difference(path=f"{prefix}{name}", cause=Cause.ABSENT, wanted=str(field.shape))

    def _of_shapes(self, written: Shape, wanted: Shape, path: str) -> Iterator[Difference]:
        if wanted.kind == "any":
            return
        if written.kind == "union":
            for member in written.items:
                yield from self._of_shapes(member, wanted, path)
        elif wanted.kind == "union":
            yield from self._into_union(written, wanted, path)
        elif written.kind == wanted.kind == "object":
            pair = (written.type, wanted.type)
            if pair not in self._within:
                self._within.append(pair)
                yield from self.of_objects(self._ours[written.type], self._theirs[wanted.type], path)
                self._within.pop()
        elif _reads(written, wanted):
            yield from self._of_items(written, wanted, path)
        else:
            yield Difference(path=path, cause=Cause.TYPE, written=str(written), wanted=str(wanted))

    def _of_items(self, written: Shape, wanted: Shape, path: str) -> Iterator[Difference]:
        for index, item in enumerate(written.items):
            other = wanted.items[0 if wanted.kind == "array" else index]
            yield from self._of_shapes(item, other, f"{path}[{index if written.kind == 'tuple' else ''}]")

    def _into_union(self, written: Shape, wanted: Shape, path: str) -> Iterator[Difference]:
        attempts = [tuple(self._of_shapes(written, member, path)) for member in wanted.items]
        if readable := [each for each in attempts if all(one.cause is Cause.DROPPED for one in each)]:
            yield from min(readable, key=len)
            return
        alike = [each for each, member in zip(attempts, wanted.items, strict=True) if member.kind == written.kind]
        if len(alike) == 1:
            yield from alike[0]  # says what is wrong within it
        else:
            yield Difference(path=path, cause=Cause.TYPE, written=str(written), wanted=str(wanted))


def _reads(written: Shape, wanted: Shape) -> bool:
    """Whether one type takes the values of another, what they hold left aside."""
    if wanted.kind == "array" and written.kind in ("array", "tuple"):
        return _within(written.limits, wanted.limits)
    if written.kind == wanted.kind == "tuple":
        return len(written.items) == len(wanted.items)
    if written.kind == wanted.kind == "map":
        same_keys = written.items[0] == wanted.items[0]  # keys are texts: no conversion
        return same_keys and _within(written.limits, wanted.limits)
    return _plain_reads(written, wanted)


def _plain_reads(written: Shape, wanted: Shape) -> bool:
    if written.kind == "enum":
        kinds = _kinds(written)
        if wanted.kind == "enum":
            known = set(written.values) <= set(wanted.values)
            return known or (wanted.open and kinds == _kinds(wanted))
        return not wanted.limits and kinds <= {wanted.kind, *(_READABLE_AS.get(wanted.kind, set()) & {"integer"})}
    if wanted.kind != written.kind:
        readable = _READABLE_AS.get(wanted.kind, set())
        return written.kind in readable and not wanted.limits
    return _within(written.limits, wanted.limits)


def _kinds(enum: Shape) -> set[str]:
    return {"string" if isinstance(value, str) else "integer" for value in enum.values}


def _within(written: dict[str, object], wanted: dict[str, object]) -> bool:
    """Whether every limit of the reader is kept by the writer's."""
    for name, limit in wanted.items():
        own = written.get(name)
        if own == limit:
            continue
        comparable = isinstance(own, (int, float)) and isinstance(limit, (int, float))
        if not comparable or name not in _LOWER | _UPPER:
            return False
        assert isinstance(own, (int, float))
        assert isinstance(limit, (int, float))
        if own < limit if name in _LOWER else own > limit:
            return False
    return True
