"""When the neighbours are worth learning again. Pure; the job that asks may not decide for itself."""

from __future__ import annotations

from datetime import timedelta

ENOUGH_NEWS = 0.02
"""As a share of the baskets that the live generation knows."""
LARGEST_AGE = timedelta(minutes=10)


def is_due(*, known: int, now_recorded: int, age: timedelta | None) -> bool:
    """Whether to learn again.

    :param known: baskets and returns that the live generation was learned from.
    :param now_recorded: how many there are now.
    :param age: of the live generation; None where there is none yet.
    """
    news = abs(now_recorded - known)
    if news == 0:
        return False
    if age is None:
        return True
    return news >= ENOUGH_NEWS * known or age >= LARGEST_AGE
