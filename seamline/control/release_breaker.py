"""Use case: an operator lets a forced breaker go; it begins anew, closed, and judges by what it sees."""

from __future__ import annotations

from seamline.control.book import withdraw
from seamline.control.values import OrderKind


def release_breaker(*, callee: str, reason: str) -> None:
    """Take back what was forced upon the breaker.

    :raises LookupError: nothing is.
    :raises ValueError: there is no reason.
    :raises BoardAway: the database is out of reach.
    """
    if not withdraw(OrderKind.BREAKER, callee, reason=reason):
        raise LookupError(f"The breaker of {callee!r} is not forced; manage.py breakers list shows which are.")
