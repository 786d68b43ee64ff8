"""What a saga's definition refuses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from seamline.sagas import Retry, Saga, Step, Wait


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    number: int


def nothing(*arguments: Any) -> None:
    """A step that does nothing."""


STEP: Step[State] = Step(name="one", action=nothing)
SAGA = Saga(name="shop.buy", version=1, module="shop", state=State, steps=(STEP,), complete=nothing, reject=nothing)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"name": "buy"}, 'needs a name like "shop'),
        ({"name": "shop."}, 'needs a name like "shop'),
        ({"state": dict}, "give a frozen dataclass"),
        ({"steps": ()}, "give at least one"),
        ({"steps": (STEP, STEP)}, "a name of its own"),
        ({"steps": (replace(STEP, timeout=16),)}, "15 s"),
        ({"steps": (replace(STEP, timeout=0),)}, "15 s"),
        ({"steps": (replace(STEP, timeout=9, recorded=False), replace(STEP, name="two", timeout=9))}, "15 s"),
    ],
)
def test_definition_that_cannot_work_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        replace(SAGA, **changes)


def test_unknown_step_is_told() -> None:
    with pytest.raises(LookupError, match="no step 'two'"):
        SAGA.index_of("two")


def test_delays_double_up_to_five_minutes() -> None:
    retry = Retry(first=1.0)
    for attempts, expected in ((1, 1), (2, 2), (5, 16), (100, 300)):
        assert expected * 0.8 <= retry.delay_after(attempts) <= expected * 1.2


def test_lease_covers_what_runs_until_progress_is_written_down() -> None:
    saga = replace(
        SAGA,
        steps=(
            replace(STEP, timeout=2, compensation=nothing),
            Wait(name="perhaps", until=timedelta(hours=1), when=lambda state: False),
            replace(STEP, name="two", timeout=4, recorded=False),
            replace(STEP, name="three", timeout=6),
            Wait(name="always", until=timedelta(hours=1)),
            replace(STEP, name="four", timeout=8),
        ),
    )
    assert [saga.lease_at(index, backwards=False) for index in range(6)] == [5, 17, 17, 11, 2, 14]
    assert [saga.lease_at(index, backwards=True) for index in range(6)] == [5, 5, 5, 5, 5, 5]
    assert saga.longest_lease == 17
