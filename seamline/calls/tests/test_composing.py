"""Parts are asked side by side, each within its time, and what cannot be had is marked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from seamline.calls import CallPart, Known, PartState, acting_as, compose, current_call, remaining_seconds
from seamline.contract import CallInsideTransaction, ContractError, DeadlineExceeded, InvalidArgument, ModuleUnavailable
from seamline.data import transaction

AWAY = ModuleUnavailable(operation="shop.price", reason="nobody answers")
REFUSED = InvalidArgument(operation="shop.price", reason="no such thing")
LONG = 30.0
"""Seconds that no test waits: who waits for them fails at its own limit."""


def part(name: str, ask: Callable[[Known], Any] = lambda known: None, **options: Any) -> CallPart:
    return CallPart(**{"name": name, "ask": ask, "timeout": LONG, **options})


def failing(error: ContractError) -> Callable[[Known], Any]:
    def ask(known: Known) -> Any:
        raise error

    return ask


@contextmanager
def hanging() -> Iterator[Callable[[Known], Any]]:
    """A question that is not answered before the block ends."""
    end = threading.Event()
    try:
        yield lambda known: end.wait(LONG)
    finally:
        end.set()


def test_parts_that_do_not_need_each_other_are_asked_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=LONG)
    found = compose([part(name, lambda known: meeting.wait()) for name in ("a", "b", "c")], timeout=LONG)
    assert sorted(found.values.values()) == [0, 1, 2]
    assert found.is_complete


def test_a_part_gets_those_that_it_comes_after_and_no_others() -> None:
    found = compose(
        [
            part("first", lambda known: 2),
            part("other", lambda known: 5),
            part("second", lambda known: {**known, "told": True}, after=("first",)),
        ],
        timeout=LONG,
    )
    assert found.values["second"] == {"first": 2, "told": True}
    assert list(found.values) == ["first", "other", "second"]


def test_a_part_that_hangs_is_given_up_after_its_own_time_and_the_others_are_there() -> None:
    with hanging() as ask:
        found = compose([part("slow", ask, timeout=0.05, default=()), part("quick", lambda known: 1)], timeout=LONG)
    assert found.values == {"slow": (), "quick": 1}
    assert (found.outcomes["slow"].state, found.outcomes["slow"].reason) == (PartState.DEFAULT, "timeout")
    assert found.outcomes["quick"].state is PartState.OK
    assert not found.is_complete


def test_all_parts_together_wait_no_longer_than_the_composition() -> None:
    with hanging() as ask:
        found = compose([part("slow", ask), part("next", after=("slow",))], timeout=0.05)
    assert found.outcomes["slow"].reason == "timeout"
    assert found.outcomes["next"].state is PartState.SKIPPED


def test_calls_of_a_part_know_its_deadline_and_on_whose_behalf_they_are_made() -> None:
    with acting_as("operator:olivia", correlation_id="c-1"):
        found = compose(
            [
                part("left", lambda known: remaining_seconds(), timeout=7.0),
                part("less", lambda known: remaining_seconds()),
                part("who", lambda known: (current_call().origin.actor, current_call().origin.correlation_id)),
            ],
            timeout=20.0,
        )
    assert 0 < found.values["left"] <= 7.0
    assert 7.0 < found.values["less"] <= 20.0
    assert found.values["who"] == ("operator:olivia", "c-1")


def test_a_module_that_is_away_is_replaced_by_the_fallback_and_then_by_the_default() -> None:
    found = compose(
        [
            part("kept", failing(AWAY), fallback=lambda known: "from memory"),
            part("lost", failing(AWAY), fallback=failing(AWAY), default="nothing"),
            part("late", failing(DeadlineExceeded(operation="shop.price"))),
        ],
        timeout=LONG,
    )
    assert found.values == {"kept": "from memory", "lost": "nothing", "late": None}
    assert [found.outcomes[name].state.value for name in found.values] == ["fallback", "default", "default"]
    assert [found.outcomes[name].reason for name in found.values] == ["unavailable", "unavailable", "timeout"]


def test_a_refusal_is_an_answer_that_no_fallback_replaces() -> None:
    found = compose([part("refused", failing(REFUSED), fallback=lambda known: 1)], timeout=LONG)
    assert found.values == {"refused": None}
    assert found.outcomes["refused"].reason == "seamline.invalid_argument"


@pytest.mark.parametrize("error", [AWAY, REFUSED])
def test_the_error_of_a_required_part_is_raised(error: ContractError) -> None:
    with pytest.raises(type(error)) as raised:
        compose([part("needed", failing(error), required=True), part("other")], timeout=LONG)
    assert raised.value is error


def test_a_required_part_that_hangs_ends_the_composition() -> None:
    with hanging() as ask, pytest.raises(DeadlineExceeded):
        compose([part("needed", ask, timeout=0.05, required=True)], timeout=LONG)


def test_a_defect_in_the_code_of_a_part_is_no_part_that_is_away() -> None:
    with pytest.raises(ZeroDivisionError):
        compose([part("wrong", lambda known: 1 / 0)], timeout=LONG)


def test_what_needs_a_part_that_could_not_be_had_is_not_asked() -> None:
    asked: list[str] = []
    found = compose(
        [
            part("first", failing(AWAY)),
            part("second", lambda known: asked.append("second"), after=("first",), default=()),
            part("third", lambda known: asked.append("third"), after=("second",)),
        ],
        timeout=LONG,
    )
    assert asked == []
    assert found.values == {"first": None, "second": (), "third": None}
    assert found.outcomes["third"].state is PartState.SKIPPED


def test_a_part_stands_behind_those_that_it_needs_and_only_once() -> None:
    with pytest.raises(ValueError, match="behind those that it needs"):
        compose([part("second", after=("first",)), part("first")], timeout=LONG)
    with pytest.raises(ValueError, match="list each part once"):
        compose([part("first"), part("first")], timeout=LONG)


def test_a_composition_inside_a_transaction_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction._thread, "transaction", transaction.Transaction(module="orders"), raising=False)
    with pytest.raises(CallInsideTransaction):
        compose([part("any")], timeout=LONG)
