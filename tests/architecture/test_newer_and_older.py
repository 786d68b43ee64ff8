"""Two versions of a contract that differ in every tolerated way, executed over HTTP in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest

from seamline.calls import use
from seamline.calls.binding import rebound
from seamline.contract import Contract, ErrorKind, ModuleUnavailable, Operation, command, query
from seamline.testing.internal import internal_endpoint, over_http


class Colour(StrEnum):
    """Its readers take what they do not know for ``OTHER``."""

    RED = "red"
    OTHER = "other"

    @classmethod
    def _missing_(cls, value: object) -> Colour:
        return cls.OTHER


class NewerColour(StrEnum):
    RED = "red"
    TEAL = "teal"
    OTHER = "other"


class Size(StrEnum):
    SMALL = "small"


class NewerSize(StrEnum):
    SMALL = "small"
    HUGE = "huge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    sku: str
    colour: Colour
    watts: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewerLamp:
    sku: str
    colour: NewerColour
    watts: int = 5
    shelf: str = "unknown"
    tags: tuple[str, ...] = ()


class Lamps(Contract, module="lamps_over_time", version="1.0"):
    """As it was."""

    @query(timeout=5)
    def find(self, *, sku: str) -> Lamp:
        """Find."""
        raise NotImplementedError

    @query(timeout=5)
    def size(self, *, sku: str) -> Size:
        """Its size."""
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, lamp: Lamp, units: int = 1) -> int:
        """Put."""
        raise NotImplementedError


class NewerLamps(Contract, module="lamps_over_time", version="1.1"):
    """As it is now."""

    @query(timeout=5)
    def find(self, *, sku: str, near: str = "") -> NewerLamp:
        """Find."""
        raise NotImplementedError

    @query(timeout=5)
    def size(self, *, sku: str) -> NewerSize:
        """Its size."""
        raise NotImplementedError

    @command(timeout=5)
    def put(self, *, lamp: NewerLamp, units: int = 1, urgent: bool = False) -> int:
        """Put."""
        raise NotImplementedError


class Answers:
    """A module that answers what it is told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer
        self.asked: Mapping[str, Any] = {}

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        self.asked = arguments
        return self.answer


def call(*, caller: Any, callee: Any, module: Answers, name: str, **arguments: Any) -> Any:
    with internal_endpoint(hosted=lambda _: (callee, module)) as url, rebound(caller, over_http(caller, url)):
        return getattr(use(caller), name)(**arguments)


def test_older_caller_ignores_fields_and_takes_unknown_members_as_its_enum_says() -> None:
    newer = Answers(NewerLamp(sku="a", colour=NewerColour.TEAL, watts=7, shelf="x", tags=("y",)))
    found = call(caller=Lamps, callee=NewerLamps, module=newer, name="find", sku="a")
    assert found == Lamp(sku="a", colour=Colour.OTHER, watts=7)
    assert newer.asked == {"sku": "a", "near": ""}


def test_newer_caller_has_its_defaults_for_what_an_older_module_leaves_out() -> None:
    older = Answers(Lamp(sku="a", colour=Colour.RED))
    found = call(caller=NewerLamps, callee=Lamps, module=older, name="find", sku="a", near="b")
    assert found == NewerLamp(sku="a", colour=NewerColour.RED)
    assert older.asked == {"sku": "a"}


def test_arguments_are_tolerated_like_results() -> None:
    older, newer = Answers(1), Answers(2)
    sent = NewerLamp(sku="a", colour=NewerColour.TEAL, tags=("y",))
    assert call(caller=NewerLamps, callee=Lamps, module=older, name="put", lamp=sent, urgent=True) == 1
    assert older.asked == {"lamp": Lamp(sku="a", colour=Colour.OTHER), "units": 1}
    assert call(caller=Lamps, callee=NewerLamps, module=newer, name="put", lamp=Lamp(sku="a", colour=Colour.RED)) == 2
    assert newer.asked == {"lamp": NewerLamp(sku="a", colour=NewerColour.RED), "units": 1, "urgent": False}


def test_answer_that_an_older_caller_cannot_read_is_an_error_that_it_can_handle() -> None:
    """Its enum has no word for what it does not know: compare finds such a change; if it happens, it is no crash."""
    with pytest.raises(ModuleUnavailable, match="does not fit the contract") as caught:
        call(caller=Lamps, callee=NewerLamps, module=Answers(NewerSize.HUGE), name="size", sku="a")
    assert caught.value.kind is ErrorKind.UNAVAILABLE
