"""What comes in as a trace is carried if it is one."""

from __future__ import annotations

import pytest

from seamline.telemetry.traceparent import accepted, fresh, trace_id

GOOD = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_well_formed_header_is_accepted_and_names_its_trace() -> None:
    assert accepted(GOOD) == GOOD
    assert trace_id(GOOD) == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(
    "header",
    [
        None, "", "00-0-0-0", GOOD.upper(), GOOD + "\n", GOOD + "-extra", "01" + GOOD[2:],
        "00-" + "0" * 32 + "-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-" + "0" * 16 + "-01",
    ],
)  # fmt: skip
def test_anything_else_is_dropped(header: str | None) -> None:
    assert accepted(header) == ""


def test_fresh_traces_are_well_formed_and_differ() -> None:
    first, second = fresh(), fresh(sampled=True)
    assert accepted(first) == first
    assert accepted(second) == second
    assert trace_id(first) != trace_id(second)
