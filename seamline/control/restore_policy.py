"""Use case: an operator has a module's calls guarded as its contract declares again."""

from __future__ import annotations

from seamline.control.book import withdraw
from seamline.control.values import OrderKind


def restore_policy(*, module: str, reason: str) -> None:
    """Take back what was overridden.

    :raises LookupError: nothing is.
    :raises ValueError: there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    if not withdraw(OrderKind.POLICY, module, reason=reason):
        raise LookupError(f"The policy of {module!r} is as its contract declares; there is nothing to take back.")
