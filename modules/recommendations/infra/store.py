"""Between the tables and the values of ``domain/``. Each read is one statement, so that none sees half a swap."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import QuerySet

from modules.recommendations.domain.baskets import Basket
from modules.recommendations.domain.ranking import Neighbourhood
from modules.recommendations.models import BasketKind, ProductNeighbours, RecordedBasket

ROWS_AT_ONCE = 2_000


def all_baskets() -> list[Basket]:
    """Every sale and return, the oldest first; cancelled orders are left out."""
    rows = RecordedBasket.objects.exclude(kind=BasketKind.CANCELLED).order_by("at", "order_id")
    return list(_baskets(rows))


def baskets_of(customer_id: UUID) -> list[Basket]:
    """A customer's sales and returns; cancelled orders are left out."""
    rows = RecordedBasket.objects.filter(customer_id=customer_id).exclude(kind=BasketKind.CANCELLED)
    return list(_baskets(rows))


def _baskets(rows: QuerySet[RecordedBasket]) -> Iterator[Basket]:
    columns = rows.values_list("at", "customer_id", "skus", "units", "kind")
    for at, customer_id, skus, units, kind in columns.iterator(chunk_size=ROWS_AT_ONCE):
        yield Basket(
            at=at,
            customer=None if customer_id is None else str(customer_id),
            skus=tuple(skus),
            units=tuple(units),
            is_return=kind == BasketKind.RETURN,
        )


def live_neighbourhoods(skus: Collection[str]) -> list[Neighbourhood]:
    """What the live generation says of these products; those it does not know are left out."""
    rows = ProductNeighbours.objects.filter(generation__is_live=True, sku__in=list(skus)).order_by("sku")
    return [
        Neighbourhood(sku=sku, neighbours=tuple(neighbours), strengths=tuple(strengths), together=tuple(together))
        for sku, neighbours, strengths, together in rows.values_list("sku", "neighbours", "strengths", "together")
    ]
