"""The caller's deadline reaches PostgreSQL, and nothing of it is left for whoever uses the connection next."""

from __future__ import annotations

import time

import pytest
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from seamline.calls import deadline_in
from seamline.calls.statement_limit import milliseconds
from seamline.data import atomic, connection_for

MODULE = "catalog"


def statement_timeout() -> str:
    with connection_for(MODULE).cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


def sleep(seconds: float) -> None:
    with connection_for(MODULE).cursor() as cursor:
        cursor.execute("SELECT pg_sleep(%s)", [seconds])


@pytest.mark.usefixtures("database")
class TestStatements:
    def test_statement_is_ended_when_the_deadline_has_passed(self) -> None:
        started = time.monotonic()
        with deadline_in(0.2), pytest.raises(OperationalError, match="statement timeout"):
            sleep(10)
        assert 0.19 < time.monotonic() - started < 2

    def test_statement_in_a_transaction_is_ended_too(self) -> None:
        started = time.monotonic()
        with deadline_in(0.2), pytest.raises(OperationalError, match="statement timeout"), atomic(MODULE):
            statement_timeout()
            sleep(10)
        assert time.monotonic() - started < 2

    def test_next_statement_without_deadline_has_the_limit_of_the_role_again(self) -> None:
        with deadline_in(0.3):
            assert statement_timeout().endswith("ms")
        assert statement_timeout() == "30s"

    def test_limit_of_a_transaction_that_was_rolled_back_is_not_taken_for_granted(self) -> None:
        with deadline_in(20):
            first = statement_timeout()
        assert first not in ("30s", "0")
        with pytest.raises(ZeroDivisionError), atomic(MODULE):
            statement_timeout()
            with deadline_in(0.5):
                assert statement_timeout().endswith("ms")
            raise ZeroDivisionError
        assert statement_timeout() == "30s"

    def test_limit_told_within_a_savepoint_is_told_again_when_it_is_taken_back(self) -> None:
        with atomic(MODULE):
            with deadline_in(25):
                longer = statement_timeout()
                with deadline_in(0.5), pytest.raises(ZeroDivisionError), atomic(MODULE):
                    shorter = statement_timeout()
                    raise ZeroDivisionError
                assert statement_timeout() == longer != shorter
            assert statement_timeout() == "30s"


def test_limits_of_calls_that_begin_one_after_another_are_the_same() -> None:
    assert {milliseconds(deadline=0.3, now=passed / 10_000) for passed in range(20)} == {
        milliseconds(deadline=0.3, now=0)
    }


@given(left=st.floats(min_value=0.006, max_value=29.9))
def test_limit_is_never_below_what_is_left_and_at_most_a_tenth_above(left: float) -> None:
    limit = milliseconds(deadline=left, now=0)
    assert left * 1000 - 1e-6 <= limit <= left * 1000 * 1.1 + 1


def test_past_deadline_leaves_the_least_and_a_far_one_the_limit_of_the_role() -> None:
    assert milliseconds(deadline=-1, now=0) == 5
    assert milliseconds(deadline=float("inf"), now=0) == 0
    assert milliseconds(deadline=3600, now=0) == 0
