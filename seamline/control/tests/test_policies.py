"""Overrides of policies: what is accepted holds, what is not is named."""

from __future__ import annotations

from typing import Any

import pytest

from seamline.contract import Policy
from seamline.control.policies import overridden


def test_only_what_is_named_changes() -> None:
    found = overridden(Policy(), {"breaker": {"open_seconds": 30}, "rate": {"per_second": 5}})
    assert (found.breaker.open_seconds, found.rate.per_second) == (30, 5)
    assert found.breaker.window_calls == Policy().breaker.window_calls
    assert found.bulkhead == Policy().bulkhead


@pytest.mark.parametrize(
    ("override", "named"),
    [
        ({}, "empty"),
        ({"braker": {"open_seconds": 30}}, "braker"),
        ({"breaker": {}}, "breaker"),
        ({"breaker": 3}, "breaker"),
        ({"breaker": {"open_second": 30}}, "open_second"),
        ({"breaker": {"open_seconds": "long"}}, "breaker"),
        ({"breaker": {"open_seconds": 0}}, "open_seconds"),
        ({"breaker": {"failure_rate": 1.5}}, "failure_rate"),
        ({"breaker": {"window_calls": 10**9}}, "window_calls"),
        ({"breaker": {"open_seconds": float("inf")}}, "open_seconds"),
        ({"breaker": {"open_seconds": float("nan")}}, "open_seconds"),
        ({"retry": {"attempts": 50}}, "attempts"),
        ({"bulkhead": {"concurrent": -1}}, "concurrent"),
    ],
)
def test_what_cannot_be_is_named(override: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        overridden(Policy(), override)
