"""What the comparison calls readable is read by the codec, and what it calls unreadable has payloads that are not."""

from __future__ import annotations

import enum
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings, strategies

from seamline.contract import Event
from seamline.contract.codec import encode
from seamline.schemas.compare import differences, unreadable
from seamline.schemas.samples import samples_of
from seamline.schemas.shape import schema_of
from seamline.schemas.tests.making import event, record

CLOSED = enum.StrEnum("Closed", {"RED": "red"})
WIDER = enum.StrEnum("Wider", {"RED": "red", "BLUE": "blue"})
LEVEL = enum.IntEnum("Level", {"LOW": 1, "HIGH": 2})


class Tolerant(enum.StrEnum):
    RED = "red"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Tolerant:
        return cls.OTHER


@dataclass(frozen=True, kw_only=True)
class Branch:
    leaves: int
    branches: tuple[Branch, ...]
    twin: Branch | None


@dataclass(frozen=True, kw_only=True)
class Bough:
    leaves: str
    branches: tuple[Bough, ...]
    twin: Bough | None


SMALL, NOTED = record(grams=int), record(grams=int, note=(str, ""))
STRICT, TEXT = record(grams=int, note=str), record(grams=str)
Typed = tuple[Any, strategies.SearchStrategy[Any]]
PLAIN: list[Typed] = [
    (int, strategies.integers(-(2**53), 2**53)),
    (float, strategies.floats(allow_nan=False, allow_infinity=False)),
    (str, strategies.text()),
    (bool, strategies.booleans()),
    (Decimal, strategies.decimals(allow_nan=False, allow_infinity=False, places=2)),
    (UUID, strategies.uuids()),
    (datetime, strategies.datetimes(timezones=strategies.just(UTC))),
    (date, strategies.dates()),
    (CLOSED, strategies.sampled_from(CLOSED)),
    (WIDER, strategies.sampled_from(WIDER)),
    (Tolerant, strategies.sampled_from(Tolerant)),
    (LEVEL, strategies.sampled_from(LEVEL)),
    (Literal["red"], strategies.just("red")),
    (SMALL, strategies.builds(SMALL, grams=strategies.integers(0, 9))),
    (NOTED, strategies.builds(NOTED, grams=strategies.integers(0, 9), note=strategies.text())),
    (STRICT, strategies.builds(STRICT, grams=strategies.integers(0, 9), note=strategies.text())),
    (TEXT, strategies.builds(TEXT, grams=strategies.text())),
]


def _optional(inner: Typed) -> Typed:
    return Optional[inner[0]], strategies.none() | inner[1]  # noqa: UP045 - a Literal or an alias has no |


def _several(inner: Typed) -> Typed:
    return tuple[inner[0], ...], strategies.lists(inner[1], max_size=3).map(tuple)


def _pair(inner: Typed) -> Typed:
    return tuple[inner[0], inner[0]], strategies.tuples(inner[1], inner[1])


def _mapping(inner: Typed) -> Typed:
    return Mapping[str, inner[0]], strategies.dictionaries(strategies.text(), inner[1], max_size=3)


def _numbered(inner: Typed) -> Typed:
    return Mapping[int, inner[0]], strategies.dictionaries(strategies.integers(0, 99), inner[1], max_size=3)


def _wrapped(typed: Typed) -> strategies.SearchStrategy[Typed]:
    wrappers: list[Callable[[Typed], Typed]] = [_optional, _several, _pair, _mapping, _numbered]
    return strategies.sampled_from(wrappers).map(lambda wrap: wrap(typed))


TYPES = strategies.sampled_from(PLAIN) | strategies.sampled_from(PLAIN).flatmap(_wrapped)
NAMES = ("a", "b", "c")


def _same(value: Any) -> Any:
    return value


@strategies.composite
def two_releases(draw: strategies.DrawFn) -> tuple[type[Event], type[Event], Event]:
    """An event as it is, the same with one to three fields changed, added or gone, and a value of the first."""
    fields = draw(strategies.dictionaries(strategies.sampled_from(NAMES), TYPES, max_size=3))
    changed, defaults = dict(fields), {}
    for name in draw(strategies.sets(strategies.sampled_from(NAMES), min_size=1)):
        if name in fields and draw(strategies.booleans()):
            related = fields[name][0]
            options = [typed for typed in PLAIN if typed[0] is not related]
            changed[name] = draw(strategies.sampled_from([_optional(fields[name]), *options]))
        elif name in fields:
            del changed[name]
        else:
            changed[name] = draw(TYPES)
            if draw(strategies.booleans()):
                defaults[name] = functools.partial(_same, draw(changed[name][1]))
    writer = event({"item": str, **{name: typed[0] for name, typed in fields.items()}})
    reader = event({"item": str, **{name: typed[0] for name, typed in changed.items()}}, **defaults)
    value = writer(item=draw(strategies.text()), **{name: draw(typed[1]) for name, typed in fields.items()})
    return writer, reader, value


SUPPRESSED = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)


@settings(max_examples=400, deadline=None, suppress_health_check=SUPPRESSED)
@given(two_releases())
def test_what_is_called_readable_is_read_in_either_direction(
    releases: tuple[type[Event], type[Event], Event],
) -> None:
    writer, reader, value = releases
    ours, theirs = schema_of(writer), schema_of(reader)
    if not unreadable(writer=ours, reader=theirs):
        assert_read(encode(value), reader)
    for payload in samples_of(reader):  # and back: new events by a subscriber with the old class
        if not unreadable(writer=theirs, reader=ours):
            assert_read(msgspec.json.encode(payload), writer)


def assert_read(payload: bytes, reader: type[Event]) -> None:
    """As the log gives it, and as an upcaster leaves it."""
    msgspec.json.Decoder(reader).decode(payload)
    msgspec.convert(msgspec.json.decode(payload), reader, str_keys=True)


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        (int, int, True),
        (int, float, True),
        (int, Decimal, True),
        (float, int, False),
        (bool, int, False),
        (UUID, str, True),
        (str, UUID, False),
        (int, int | None, True),
        (int | None, int, False),
        (int | str, str | int | None, True),
        (CLOSED, WIDER, True),
        (WIDER, CLOSED, False),
        (WIDER, Tolerant, True),
        (LEVEL, Tolerant, False),
        (Tolerant, WIDER, False),
        (WIDER, str, True),
        (LEVEL, int, True),
        (Literal["red"], CLOSED, True),
        (tuple[int, int], tuple[int, ...], True),
        (tuple[int, ...], tuple[int, int], False),
        (tuple[int, int], tuple[int, int, int], False),
        (Mapping[str, int], Mapping[str, float], True),
        (Mapping[str, str], Mapping[str, int], False),
        (SMALL, NOTED, True),
        (SMALL, STRICT, False),
        (STRICT, SMALL, True),
        (tuple[SMALL, ...], tuple[TEXT, ...], False),
        (SMALL | None, NOTED | None, True),
        (SMALL | None, STRICT | None, False),
        (str, Any, True),
        (Any, str, False),
        (Annotated[int, msgspec.Meta(ge=0)], int, True),
        (int, Annotated[int, msgspec.Meta(ge=0)], False),
        (Annotated[int, msgspec.Meta(ge=2)], Annotated[int, msgspec.Meta(ge=0)], True),
        (Annotated[int, msgspec.Meta(ge=0)], Annotated[int, msgspec.Meta(ge=1)], False),
        (Annotated[str, msgspec.Meta(min_length=1)], str, True),
        (tuple[str, ...], Annotated[tuple[str, ...], msgspec.Meta(max_length=1)], False),
        (Mapping[int, int], Mapping[int, float], True),
    ],
)
def test_verdict_is_right_and_samples_bear_it_out(written: Any, wanted: Any, expected: bool) -> None:
    writer, reader = event({"item": str, "value": written}), event({"item": str, "value": wanted})
    assert (not unreadable(writer=schema_of(writer), reader=schema_of(reader))) is expected
    payloads = [msgspec.json.encode(payload) for payload in samples_of(writer)]
    if expected:
        for payload in payloads:
            assert_read(payload, reader)
    else:
        with pytest.raises(msgspec.ValidationError):
            for payload in payloads:
                assert_read(payload, reader)


def test_class_that_holds_itself_is_compared_to_its_end() -> None:
    now = event({"item": str, "tree": Branch})
    assert differences(writer=schema_of(now), reader=schema_of(now)) == ()
    other = event({"item": str, "tree": Bough})
    found = unreadable(writer=schema_of(now), reader=schema_of(other))
    assert [each.path for each in found] == ["tree.leaves"]
    assert len(samples_of(now)) >= 3
