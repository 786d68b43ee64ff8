"""Planted faults of the control room: a policy that cannot be used, faults in production."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.checks import Tags, run_checks

from seamline.calls import acting_as
from seamline.checks.control import fault_findings, override_findings
from seamline.control.book import place
from seamline.control.values import OrderKind, OverriddenPolicy


def order(module: str, policy: Any) -> OverriddenPolicy:
    return OverriddenPolicy(module=module, policy=policy, actor="operator:ann", reason="drill", at=datetime.now(tz=UTC))


@pytest.mark.parametrize(
    ("module", "policy"),
    [
        ("gone", {"retry": {"attempts": 1}}),
        ("payments", {"gone": {"attempts": 1}}),
        ("payments", {"retry": {"gone": 1}}),
        ("payments", {"retry": {"attempts": 0}}),
    ],
)
def test_override_that_cannot_be_used_is_found(module: str, policy: Any) -> None:
    (found,) = override_findings([order(module, policy)])
    assert (found.id, "operator:ann" in found.where) == ("seamline.E040", True)


def test_override_that_can_be_used_passes() -> None:
    assert list(override_findings([order("payments", {"retry": {"attempts": 1}})])) == []


@pytest.mark.usefixtures("database")
def test_orders_are_read_where_the_check_may_use_the_database() -> None:
    with acting_as("operator:ann"):
        place(OrderKind.POLICY, "payments", {"gone": {"number": 1}}, reason="planted")
    found = run_checks(tags=[Tags.database], databases=["default"])
    assert [each.id for each in found if str(each.id).startswith("seamline.E04")] == ["seamline.E040"]
    assert [each for each in run_checks(tags=[Tags.database]) if each.id == "seamline.E040"] == []


def test_faults_in_production_are_warned_of() -> None:
    (found,) = fault_findings(allowed=True, debug=False)
    assert found.id == "seamline.W041"
    for allowed, debug in ((True, True), (False, True), (False, False)):
        assert list(fault_findings(allowed=allowed, debug=debug)) == []
