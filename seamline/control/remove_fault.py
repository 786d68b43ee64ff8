"""Use case: an operator ends a fault before its time."""

from __future__ import annotations

from seamline.control.book import withdraw
from seamline.control.values import OrderKind


def remove_fault(*, fault_id: str, reason: str) -> None:
    """End it in all processes.

    :raises LookupError: there is none with that id.
    :raises ValueError: there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    if not withdraw(OrderKind.FAULT, fault_id, reason=reason):
        raise LookupError(f"There is no fault {fault_id!r} any more; manage.py faults list shows which there are.")
