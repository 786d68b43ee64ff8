"""``seamline.E043``: sagas that began under what the code no longer has."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.checks import Tags, run_checks

from seamline.sagas import Wait, run
from seamline.sagas.tests.conftest import _trips_schema, world  # noqa: F401 - fixtures
from seamline.sagas.tests.sample import PAID_LATER, TRIPS, begun, host

pytestmark = pytest.mark.usefixtures("world")


def found(*databases: str) -> list[str]:
    messages = run_checks(tags=[Tags.database], databases=list(databases))
    return [message.msg for message in messages if message.id == "seamline.E043"]


def test_unfinished_saga_of_a_version_that_is_gone_is_found() -> None:
    run(begun("t1", saga=PAID_LATER))
    assert found(TRIPS) == []
    host("TRIP")
    (problem,) = found(TRIPS)
    assert "1 unfinished sagas sample_trips.paid_later version 1 are at the step 'payment'" in problem
    assert found() == [], "only where the database was named"


def test_unfinished_saga_at_a_step_that_was_renamed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    run(begun("t1", saga=PAID_LATER))
    renamed = tuple(
        Wait(name="money", until=step.until, signal=step.signal) if isinstance(step, Wait) else step
        for step in PAID_LATER.steps
    )
    monkeypatch.setattr("seamline.sagas.tests.sample.PAID_LATER", replace(PAID_LATER, steps=renamed))
    assert len(found(TRIPS)) == 1


def test_saga_that_is_over_may_go() -> None:
    run(begun("t1"))
    host("FOR_EVER")
    assert found(TRIPS) == []
