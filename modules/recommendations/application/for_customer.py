"""Use case: what goes with what a customer bought before."""

from __future__ import annotations

from uuid import UUID

from contracts.recommendations import Recommendation
from modules.recommendations.domain.history import history_of
from modules.recommendations.infra.answers import recommended
from modules.recommendations.infra.store import baskets_of


def for_customer(*, customer_id: UUID, limit: int) -> tuple[Recommendation, ...]:
    """What goes with a customer's purchases, recent ones above all, and is new to them; nothing for a new customer."""
    history = history_of(baskets_of(customer_id))
    return recommended(weights=history.weights, unwanted=history.bought, limit=limit)
