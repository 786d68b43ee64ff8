"""Use case: an operator has calls of a module guarded by other numbers than its contract declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seamline.contract import Policy
from seamline.control.book import known_module, place
from seamline.control.policies import overridden
from seamline.control.values import OrderKind
from seamline.schemas import declared_contracts


def override_policy(*, module: str, override: Mapping[str, Any], reason: str, dry_run: bool = False) -> Policy:
    """Put these numbers in place of the declared ones, in all processes, until they are taken back.

    :param override: parts of a policy; what was overridden before and is not in it is as declared again.
    :param dry_run: check alone, change nothing.
    :returns: the policy that results, of the module's first contract.
    :raises LookupError: no contract belongs to that module.
    :raises ValueError: a part or a number does not exist or cannot be so, or there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    known_module(module)
    results = [overridden(contract.policy, override) for contract in declared_contracts() if contract.module == module]
    if not dry_run:
        place(OrderKind.POLICY, module, dict(override), reason=reason)
    return results[0]
