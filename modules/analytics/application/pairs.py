"""Use case: the pairs of products that are bought together, from the latest count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from modules.analytics.domain.pairs import Pair
from modules.analytics.infra.facts import names_of
from modules.analytics.models import PairCount, ProductPair

MOST_SHOWN = 200


class PairOrder(StrEnum):
    """Which pairs come first."""

    TOGETHER = "together"
    """Those in most baskets."""
    LIFT = "lift"
    """Those that meet most above chance, among the pairs that are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPair:
    """A pair as people read it."""

    pair: Pair
    first_name: str
    second_name: str
    lift: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """What the latest count found."""

    counted_at: datetime | None
    """None while nothing was counted yet."""
    baskets: int
    pairs: tuple[NamedPair, ...]


def pairs(*, limit: int = 20, order: PairOrder = PairOrder.TOGETHER, sku: str = "") -> Pairs:
    """The first pairs in that order.

    :param sku: only pairs with this product.
    """
    wanted = Q(first=sku) | Q(second=sku) if sku else Q()
    count = PairCount.objects.order_by("-pk").first()
    if count is None:
        return Pairs(counted_at=None, baskets=0, pairs=())
    found = [
        Pair(
            first=row.first,
            second=row.second,
            together=row.together,
            with_first=row.with_first,
            with_second=row.with_second,
        )
        for row in ProductPair.objects.filter(wanted, count=count).order_by("-together", "first", "second")
    ]
    if order is PairOrder.LIFT:
        found.sort(key=lambda pair: (-pair.lift(count.baskets), pair.first, pair.second))
    shown = found[:limit]
    names = names_of({sku for pair in shown for sku in (pair.first, pair.second)})
    return Pairs(
        counted_at=count.counted_at,
        baskets=count.baskets,
        pairs=tuple(
            NamedPair(
                pair=pair,
                first_name=names.get(pair.first, pair.first),
                second_name=names.get(pair.second, pair.second),
                lift=round(pair.lift(count.baskets), 2),
            )
            for pair in shown
        ),
    )
