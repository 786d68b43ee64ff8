"""What a customer's purchases say about them: how much each product bought before speaks for what goes with it.

The same rule serves requests and evaluation. This file may not know where purchases are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from modules.recommendations.domain.baskets import SECONDS_A_DAY, Basket

HALF_LIFE_DAYS = 45.0
"""After so many days before the customer's newest purchase, a purchase counts half. Chosen on validation invoices."""
LARGEST_HISTORY = 100
"""At most so many products speak for a customer, the strongest; bounds what one request reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """``weights`` by product, the strongest first; ``bought`` is everything ever bought, given back or not."""

    weights: dict[str, float]
    bought: frozenset[str]


def history_of(
    baskets: Iterable[Basket], *, half_life_days: float = HALF_LIFE_DAYS, largest: int = LARGEST_HISTORY
) -> History:
    """The history that a customer's baskets make; ages count from the newest purchase among them.

    A product of which every unit was given back speaks for nothing, but is still not new to the customer.
    """
    sales: list[Basket] = []
    kept: dict[str, int] = {}
    for basket in baskets:
        sign = -1 if basket.is_return else 1
        for sku, units in zip(basket.skus, basket.units, strict=True):
            kept[sku] = kept.get(sku, 0) + sign * units
        if not basket.is_return:
            sales.append(basket)
    newest = max((basket.at for basket in sales), default=None)
    weights: dict[str, float] = {}
    bought: set[str] = set()
    for basket in sales:
        assert newest is not None
        weight = 0.5 ** ((newest - basket.at).total_seconds() / SECONDS_A_DAY / half_life_days)
        bought.update(basket.skus)
        for sku in basket.skus:
            if kept[sku] > 0:
                weights[sku] = weights.get(sku, 0.0) + weight
    strongest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:largest]
    return History(weights=dict(strongest), bought=frozenset(bought))
