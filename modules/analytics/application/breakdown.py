"""Use case: what each day, country or product brought."""

from __future__ import annotations

from datetime import date

from modules.analytics.infra import facts
from modules.analytics.infra.breakdown import By, Share, breakdown

MOST = 1_000


def revenue_by(
    *,
    by: By,
    since: date | None = None,
    until: date | None = None,
    country: str = "",
    currency: str = "",
    limit: int = 100,
) -> tuple[str, tuple[Share, ...]]:
    """The currency, and the rows in it; see ``breakdown``.

    :param currency: without it, that of most orders.
    """
    chosen = currency or next(iter(facts.currencies()), "")
    rows = breakdown(by=by, since=since, until=until, country=country, currency=chosen, limit=min(limit, MOST))
    return chosen, rows
