"""Periodic jobs: one run at a time, on a schedule that all processes share, backing off when they fail."""

from __future__ import annotations

import threading

import pytest

from seamline.data import connection_for
from seamline.events.tests import sample
from seamline.events.tests.conftest import _sample_schemas, shop  # noqa: F401 - fixtures
from seamline.events.tests.sample import LEDGER
from seamline.jobs import Job, run_if_due, run_now
from seamline.jobs.running import Outcome
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("shop")

runs: list[str] = []
running, go_on = threading.Event(), threading.Event()


def work() -> None:
    runs.append("work")


def fail() -> None:
    raise ValueError("the planted fault")


def hang() -> None:
    running.set()
    go_on.wait(20)


def job(function: str = "work", **changes: float) -> Job:
    return Job(name=f"{LEDGER}.{function}", run=f"{__name__}:{function}", every=changes.get("every", 60.0))


def row(name: str) -> tuple[int, str]:
    with connection_for(LEDGER).cursor() as cursor:
        cursor.execute(
            "SELECT failures, error FROM job WHERE name = %s",
            [f"{LEDGER}.{name}"],
        )
        return cursor.fetchone()


def test_new_job_runs_at_once_and_then_when_it_is_due() -> None:
    runs.clear()
    assert run_if_due(module=LEDGER, job=job()).outcome is Outcome.DONE
    again = run_if_due(module=LEDGER, job=job())
    assert again.outcome is Outcome.NOT_DUE
    assert 50 < again.next_in <= 60
    assert runs == ["work"]


def test_run_now_does_not_wait_for_the_schedule() -> None:
    runs.clear()
    for _ in range(2):
        assert run_now(module=LEDGER, job=job()).outcome is Outcome.DONE
    assert runs == ["work", "work"]


def test_failing_job_backs_off_is_noted_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    for failures in (1, 2, 3):
        run = run_now(module=LEDGER, job=job("fail", every=10.0))
        assert (run.outcome, run.next_in) == (Outcome.FAILED, 10.0 * 2**failures)
    assert row("fail") == (3, "ValueError: the planted fault")
    monkeypatch.setitem(globals(), "fail", work)
    assert run_now(module=LEDGER, job=job("fail", every=10.0)).next_in == 10.0
    assert row("fail") == (0, "")


def test_job_that_runs_elsewhere_is_busy() -> None:
    running.clear()
    go_on.clear()
    (thread,) = sample.in_threads(1, lambda index: run_now(module=LEDGER, job=job("hang")) and None)
    try:
        assert running.wait(10)
        assert run_now(module=LEDGER, job=job("hang")).outcome is Outcome.BUSY
    finally:
        go_on.set()
        thread.join()
    wait_until(lambda: run_if_due(module=LEDGER, job=job("hang")).outcome is Outcome.NOT_DUE)


@pytest.mark.parametrize(("name", "every"), [("nameless", 1.0), ("module.job", 0.0), ("module.job", -1.0)])
def test_job_that_makes_no_sense_is_refused(name: str, every: float) -> None:
    with pytest.raises(ValueError, match=name):
        Job(name=name, run="x:y", every=every)


def test_rare_job_is_never_retried_later_than_it_runs_anyway() -> None:
    assert job(every=3600.0).delay_after(failures=5) == 3600.0
    assert job(every=1.0).delay_after(failures=30) == 600.0
