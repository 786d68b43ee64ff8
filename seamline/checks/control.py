"""Checks of operators' control: policies that were overridden with what no longer exists, faults in production."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register

from seamline.checks.finding import Finding
from seamline.control import BoardAway, overview
from seamline.control.here import is_elsewhere
from seamline.control.policies import overridden
from seamline.control.values import OverriddenPolicy
from seamline.schemas import declared_contracts


@register("seamline")
def check_faults(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.W041`` (faults may be injected in production)."""
    return [finding.message() for finding in fault_findings(allowed=settings.SEAMLINE_FAULTS, debug=settings.DEBUG)]


@register(Tags.database)
def check_overrides(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """``seamline.E040`` (an overridden policy that cannot be used)."""
    if "default" not in (databases or ()) or is_elsewhere(settings.SEAMLINE_REGISTRY):
        return []
    try:
        policies = overview().orders.policies
    except BoardAway:
        return []  # not migrated yet, or out of reach: /health/ready and the commands say it
    return [finding.message() for finding in override_findings(policies)]


def fault_findings(*, allowed: bool, debug: bool) -> Iterator[Finding]:
    """Whether operators may hurt a shop that is in use."""
    if allowed and not debug:
        yield Finding(
            id="seamline.W041",
            where="SEAMLINE_FAULTS",
            problem="is true while DEBUG is off: whoever has the permission may inject faults into calls.",
            hint="Set SEAMLINE_FAULTS=false when the drill is over.",
        )


def override_findings(policies: Iterable[OverriddenPolicy]) -> Iterator[Finding]:
    """Orders that this version cannot obey: their module, a part or a number is gone, or may not be so any more."""
    contracts = declared_contracts()
    for order in policies:
        concerned = [contract for contract in contracts if contract.module == order.module]
        problem = "" if concerned else "no contract belongs to that module."
        for contract in concerned:
            try:
                overridden(contract.policy, order.policy)
            except ValueError as error:
                problem = str(error)
        if problem:
            yield Finding(
                id="seamline.E040",
                where=f"policy of {order.module}, overridden by {order.actor}",
                problem=problem,
                hint=f"Processes use what is declared. Order it anew, or take it back: manage.py breakers policy "
                f"{order.module} --restore --reason ...",
            )
