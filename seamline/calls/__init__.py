"""Calls between modules. ``use(Inventory).reserve(...)`` is the only way from one module to another.

Modules import this package's names and nothing below it.
"""

from seamline.calls.client import use
from seamline.calls.composing import CallPart, Composed, Known, PartOutcome, PartState, compose
from seamline.calls.context import Call, acting_as, current_call, deadline_in, remaining_seconds
from seamline.calls.local import stepwise, stepwise_until

__all__ = [
    "Call",
    "CallPart",
    "Composed",
    "Known",
    "PartOutcome",
    "PartState",
    "acting_as",
    "compose",
    "current_call",
    "deadline_in",
    "remaining_seconds",
    "stepwise",
    "stepwise_until",
    "use",
]
