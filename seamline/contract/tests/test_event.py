from dataclasses import dataclass
from uuid import uuid4

import pytest

from seamline.contract import Event
from seamline.contract.event import event_for_name, module_of
from seamline.contract.tests.samples import CounterRaised, Name


def test_event_is_found_by_its_stable_name() -> None:
    assert event_for_name("counters.counter_raised") is CounterRaised
    assert module_of(CounterRaised) == "counters"


def test_key_is_the_text_of_the_named_field() -> None:
    assert CounterRaised(name=Name("a"), by=1, id=uuid4()).key == "a"


def test_event_cannot_be_changed() -> None:
    event = CounterRaised(name=Name("a"), by=1, id=uuid4())
    with pytest.raises(AttributeError):
        event.by = 2  # type: ignore[misc]


def test_event_without_name_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a name and a key"):

        @dataclass(frozen=True, kw_only=True)
        class Nameless(Event):
            a: int


def test_two_events_with_one_name_are_refused() -> None:
    with pytest.raises(TypeError, match="share the name"):

        @dataclass(frozen=True, slots=True, kw_only=True)
        class Other(Event, name="counters.counter_raised", key="a"):
            a: int
