"""What the shop window knows of products, from the catalog's events and the orders'; each has its own columns.

So the order between the two logs does not matter. Runs in the storefront's transaction; it asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from contracts.catalog import PriceChanged, ProductAdded
from contracts.kernel import Sku
from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced
from modules.storefront.models import ProductFacts
from seamline.data import connection_for, read_side
from seamline.events import Delivery

FactEvent = ProductAdded | PriceChanged | OrderPlaced | OrderCancelled | CreditNoteIssued
_PRICES = ("price", "was_price", "currency", "price_changed_at")
_SOLD = """
INSERT INTO storefront_productfacts AS facts (sku, currency, units_sold, orders, last_sold_at)
SELECT sku, 'GBP', units, orders, last
FROM unnest(%s::text[], %s::bigint[], %s::int[], %s::timestamptz[]) AS sold (sku, units, orders, last)
ON CONFLICT (sku) DO UPDATE SET
    units_sold = facts.units_sold + excluded.units_sold,
    orders = facts.orders + excluded.orders,
    last_sold_at = greatest(facts.last_sold_at, excluded.last_sold_at)
"""


@dataclass(slots=True)
class _Sales:
    """What a batch adds to one product."""

    units: int = 0
    orders: int = 0
    last: datetime | None = None


def keep_product_facts(deliveries: Sequence[Delivery[FactEvent]]) -> None:
    """Take in a batch of the catalog's events and the orders'."""
    _keep_prices([each.event for each in deliveries if isinstance(each.event, ProductAdded | PriceChanged)])
    _keep_sales(each.event for each in deliveries)


def product_facts(sku: Sku) -> ProductFacts | None:
    """What is known of a product; None where no event told of it."""
    return ProductFacts.objects.using(read_side("storefront")).filter(sku=sku).first()


def _keep_prices(events: Sequence[ProductAdded | PriceChanged]) -> None:
    known: dict[str, ProductFacts] = ProductFacts.objects.in_bulk(sorted({event.sku for event in events}))
    for event in events:
        row = known.setdefault(event.sku, ProductFacts(sku=event.sku))
        match event:
            case ProductAdded():
                row.price, row.currency = event.price.amount, event.price.currency
            case PriceChanged():
                row.price, row.currency = event.new_price.amount, event.new_price.currency
                row.was_price, row.price_changed_at = event.old_price.amount, event.changed_at
    ProductFacts.objects.bulk_create(
        [known[sku] for sku in sorted(known)], update_conflicts=True, unique_fields=["sku"], update_fields=_PRICES
    )


def _keep_sales(events: Iterable[FactEvent]) -> None:
    sales: dict[Sku, _Sales] = {}
    for event in events:
        if isinstance(event, OrderPlaced):
            for sku, sold in _added(sales, event, sign=1):
                sold.orders += 1
                sales[sku].last = max(sold.last or event.placed_at, event.placed_at)
        elif isinstance(event, OrderCancelled):
            for _, sold in _added(sales, event, sign=-1):
                sold.orders -= 1
        elif isinstance(event, CreditNoteIssued):
            list(_added(sales, event, sign=1))  # its quantities are negative
    if not sales:
        return
    skus = sorted(sales)
    with connection_for("storefront").cursor() as cursor:
        cursor.execute(
            _SOLD,
            [
                skus,
                [sales[sku].units for sku in skus],
                [sales[sku].orders for sku in skus],
                [sales[sku].last for sku in skus],
            ],
        )


def _added(
    sales: dict[Sku, _Sales], event: OrderPlaced | OrderCancelled | CreditNoteIssued, *, sign: int
) -> Iterator[tuple[Sku, _Sales]]:
    """Add the lines' units; gives each product once."""
    units: dict[Sku, int] = {}
    for line in event.lines:
        units[line.sku] = units.get(line.sku, 0) + sign * line.quantity
    for sku, quantity in units.items():
        sold = sales.setdefault(sku, _Sales())
        sold.units += quantity
        yield sku, sold
