"""When the pairs are worth counting again. Pure; the job that asks may not decide for itself."""

from __future__ import annotations

from datetime import timedelta

ENOUGH_NEWS = 0.02
"""As a share of the facts that the latest count knows."""
LARGEST_AGE = timedelta(minutes=10)


def is_due(*, known: int, now_known: int, age: timedelta | None) -> bool:
    """Whether to count again.

    :param known: facts and cancellations when the latest count was made.
    :param now_known: how many there are now.
    :param age: of the latest count; None where there is none yet.
    """
    news = abs(now_known - known)
    if news == 0:
        return False
    if age is None:
        return True
    return news >= ENOUGH_NEWS * known or age >= LARGEST_AGE
