"""What a composition is made of, as data: its path, its parts, what each needs and what stands in for it.

Declarations are checked when they are made. This file may not fetch.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

_PLACE = re.compile(r"\{([a-z_][a-z0-9_]*(?:\.[A-Za-z0-9_]+)*)\}")
_SEGMENT = re.compile(r"[^/]+")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST_PARTS = 32
MOST_VALUES = 100
"""Of a list that fills one place in a target."""


class WrongComposition(ValueError):
    """A declaration cannot work; the text says which and why."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """One piece of a composed answer.

    ``target`` is a path and query with places: ``{sku}`` is filled from the composition's path, ``{product.category}``
    from the answer of the part ``product``, which is then asked first. A list fills a place with commas between; put
    ``{order.skus}`` behind ``sku=`` and each value becomes a ``sku=`` of its own.
    """

    name: str
    target: str
    required: bool = False
    """Without it there is no answer; an optional part that cannot be had is null, and marked."""
    timeout: float = 1.0
    """Seconds for each try."""
    fallbacks: tuple[str, ...] = ()
    """Targets that are asked instead, one after the other."""
    default: Any = None
    """What an optional part is when all else fails."""
    stale_seconds: float = 0.0
    """How old the last good answer may be that stands in for one that cannot be had."""
    public: bool = False
    """The same for everybody: kept answers are shared, and nobody's identity is sent along."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise WrongComposition(f"A part is named {self.name!r}: give small letters, digits and underscores.")
        if not self.timeout > 0 or self.stale_seconds < 0:
            raise WrongComposition(f"The part {self.name!r} has a timeout or staleness that is no span of time.")
        for target in (self.target, *self.fallbacks):
            if not target.startswith("/") or "://" in target or target.startswith("//"):
                raise WrongComposition(f"The part {self.name!r} asks {target!r}: give a path that begins with one '/'.")

    @cached_property
    def places(self) -> frozenset[str]:
        """The names that fill its targets; what stands before a dot is a part."""
        return frozenset(place for target in (self.target, *self.fallbacks) for place in _PLACE.findall(target))

    @cached_property
    def after(self) -> frozenset[str]:
        """The parts whose answers it needs."""
        return frozenset(place.partition(".")[0] for place in self.places if "." in place)


@dataclass(frozen=True, kw_only=True)
class Composition:
    """One endpoint: parts that are fetched in parallel, as far as none needs another's answer.

    :raises WrongComposition: names, places or dependencies do not fit.
    """

    path: str
    """Such as ``/api/v1/pages/product/{sku}``; a place matches one segment."""
    parts: tuple[Part, ...]
    timeout: float = 3.0
    """Seconds for all of it."""

    def __post_init__(self) -> None:
        names = [part.name for part in self.parts]
        if not names or len(names) > MOST_PARTS or len(set(names)) < len(names):
            raise WrongComposition(f"{self.path} needs 1 to {MOST_PARTS} parts, each with a name of its own.")
        known: set[str] = set()
        fields = self.fields
        for part in self.parts:
            for place in part.places:
                first, dot, _ = place.partition(".")
                if (first not in known) if dot else (first not in fields):
                    raise WrongComposition(
                        f"The part {part.name!r} of {self.path} has the place {{{place}}}, which is filled by nothing "
                        "before it: name a field of the path, or a part above it."
                    )
            known.add(part.name)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The places of the path."""
        return tuple(_PLACE.findall(self.path))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        literal = _PLACE.split(self.path)
        pattern = "".join(
            re.escape(text) if index % 2 == 0 else f"(?P<{text}>{_SEGMENT.pattern})"
            for index, text in enumerate(literal)
        )
        return re.compile(pattern)

    def match(self, path: str) -> Mapping[str, str] | None:
        """The path's fields, if it is this composition's.

        :param path: decoded.
        """
        found = self._pattern.fullmatch(path)
        return None if found is None else found.groupdict()


def filled(target: str, values: Mapping[str, Any]) -> str | None:
    """The target with its places filled and encoded; None where a value is missing, so that there is nothing to ask.

    :param values: fields of the path, and decoded answers by part.
    """
    path, question, query = target.partition("?")
    pieces = [path if not _PLACE.search(path) else _filled_text(path, values)]
    if question:
        pieces.append(_filled_query(query, values))
    if any(piece is None for piece in pieces):
        return None
    return "?".join(piece for piece in pieces if piece is not None)


def _filled_query(query: str, values: Mapping[str, Any]) -> str | None:
    pairs = []
    for pair in query.split("&"):
        name, equals, text = pair.partition("=")
        whole = _PLACE.fullmatch(text)
        found = _value(whole[1], values) if whole else None
        if isinstance(found, (list, tuple)):
            if not found:
                return None
            pairs += [f"{name}{equals}{_text(value)}" for value in found[:MOST_VALUES]]
            continue
        filled_text = _filled_text(text, values)
        if filled_text is None:
            return None
        pairs.append(f"{name}{equals}{filled_text}")
    return "&".join(pairs)


def _filled_text(text: str, values: Mapping[str, Any]) -> str | None:
    result = []
    for index, piece in enumerate(_PLACE.split(text)):
        if index % 2 == 0:
            result.append(piece)
            continue
        value = _value(piece, values)
        if value is None or value == []:
            return None
        many = value if isinstance(value, (list, tuple)) else (value,)
        result.append(",".join(_text(each) for each in many[:MOST_VALUES]))
    return "".join(result)


def _value(place: str, values: Mapping[str, Any]) -> Any:
    """What a dotted name leads to; over a list, from each of its elements."""
    found: Any = values
    for name in place.split("."):
        if isinstance(found, (list, tuple)) and not name.isdecimal():
            found = [each[name] for each in found if isinstance(each, Mapping) and each.get(name) is not None]
        elif isinstance(found, (list, tuple)):
            found = found[int(name)] if int(name) < len(found) else None
        elif isinstance(found, Mapping):
            found = found.get(name)
        else:
            return None
    return found


def _text(value: Any) -> str:
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")
