"""Orders as rows: how they are read and turned into values. What cannot be read any more is left out, and told.

A process that runs an older version must not stumble over what a newer one has written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from seamline.control.values import ForcedBreaker, OrderedFault, OrderKind, Orders, OverriddenPolicy, PolicyOverride
from seamline.resilience.breaker import BreakerState
from seamline.resilience.faults import Fault

logger = logging.getLogger(__name__)

ORDERS = """
SELECT kind, subject, value::text, actor, reason, ordered_at,
    extract(epoch FROM expires_at - clock_timestamp())::float8
FROM control_order WHERE expires_at IS NULL OR expires_at > clock_timestamp() ORDER BY kind, subject LIMIT 1000
"""


def orders_of(rows: Iterable[tuple[Any, ...]]) -> Orders:
    """The orders of these rows, as ``ORDERS`` reads them."""
    breakers: list[ForcedBreaker] = []
    policies: list[OverriddenPolicy] = []
    faults: list[OrderedFault] = []
    for kind, subject, value, actor, reason, at, left in rows:
        try:
            if kind == OrderKind.BREAKER:
                state = BreakerState(msgspec.json.decode(value)["state"])
                breakers.append(ForcedBreaker(callee=subject, state=state, actor=actor, reason=reason, at=at))
            elif kind == OrderKind.POLICY:
                policy = msgspec.json.decode(value, type=PolicyOverride)
                policies.append(OverriddenPolicy(module=subject, policy=policy, actor=actor, reason=reason, at=at))
            else:
                faults.append(_fault(value, left, at))
        except (msgspec.MsgspecError, ValueError, KeyError) as error:
            logger.warning("The order %s %s cannot be read by this version: %s", kind, subject, error)
    return Orders(breakers=tuple(breakers), policies=tuple(policies), faults=tuple(faults))


def _fault(value: str, left: float, at: datetime) -> OrderedFault:
    return OrderedFault(fault=msgspec.json.decode(value, type=Fault), seconds_left=left, at=at)
