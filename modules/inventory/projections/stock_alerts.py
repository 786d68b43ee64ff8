"""Stock that runs out, from the module's own events: sums of changes, so that it does not matter which key came first.

Runs in the module's transaction and reads its own rows alone; times are those of the events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from uuid import UUID

from contracts.inventory import (
    ReservationConfirmed,
    ReservationExpired,
    ReservationReleased,
    StockAdjusted,
    StockLine,
    StockReserved,
)
from modules.inventory.models import StockWatch, StockWatchSale
from seamline.data import read_side
from seamline.events import Delivery

LOW = 10
"""Units that can still be sold, below which a product is low."""

StockEvent = StockAdjusted | StockReserved | ReservationConfirmed | ReservationReleased | ReservationExpired
_WRITTEN = ("on_hand", "reserved", "level", "since")


def keep_stock_alerts(deliveries: Sequence[Delivery[StockEvent]]) -> None:
    """Bring the watched products to where their events leave them."""
    skus = sorted({sku for each in deliveries for sku, _ in _units(each.event)})
    rows: dict[str, StockWatch] = StockWatch.objects.in_bulk(skus)
    released = [each.event.order_id for each in deliveries if isinstance(each.event, ReservationReleased)]
    sold: set[UUID] = set()
    if released:
        sold = set(StockWatchSale.objects.filter(order_id__in=released).values_list("order_id", flat=True))
    left, came_back = set[UUID](), set[UUID]()
    for delivery in deliveries:
        event = delivery.event
        on_hand, reserved = _effect(event, is_sold=not isinstance(event, StockAdjusted) and event.order_id in sold)
        if isinstance(event, ReservationConfirmed):
            sold.add(event.order_id)
            left.add(event.order_id)
        elif isinstance(event, ReservationReleased) and event.order_id in sold:
            sold.discard(event.order_id)
            left.discard(event.order_id)
            came_back.add(event.order_id)
        for sku, quantity in _units(event):
            row = rows.setdefault(sku, StockWatch(sku=sku, level="", since=delivery.at))
            row.on_hand += on_hand * quantity
            row.reserved += reserved * quantity
            level = level_of(row.on_hand - row.reserved)
            if level != row.level:
                row.level, row.since = level, delivery.at
    StockWatch.objects.bulk_create(
        [rows[sku] for sku in skus], update_conflicts=True, unique_fields=["sku"], update_fields=_WRITTEN
    )
    if came_back:
        StockWatchSale.objects.filter(order_id__in=came_back).delete()
    StockWatchSale.objects.bulk_create([StockWatchSale(order_id=each) for each in left], ignore_conflicts=True)


def stock_alerts(*, limit: int = 100) -> tuple[StockWatch, ...]:
    """Products that are sold out or low, the sold out ones first, those that have been so for longest first."""
    rows = StockWatch.objects.using(read_side("inventory")).filter(
        level__in=(StockWatch.Level.LOW, StockWatch.Level.OUT)
    )
    return tuple(rows.order_by("-level", "since", "sku")[:limit])


def level_of(free: int) -> str:
    """What so many units that can still be sold amount to."""
    if free <= 0:
        return StockWatch.Level.OUT
    return StockWatch.Level.LOW if free < LOW else StockWatch.Level.ENOUGH


def _units(event: StockEvent) -> Iterator[tuple[str, int]]:
    if isinstance(event, StockAdjusted):
        yield event.sku, event.change
        return
    lines: Iterable[StockLine] = event.lines
    for line in lines:
        yield line.sku, line.quantity


def _effect(event: StockEvent, *, is_sold: bool) -> tuple[int, int]:
    """What one unit of the event changes on hand and reserved."""
    match event:
        case StockAdjusted():
            return 1, 0
        case StockReserved():
            return 0, 1
        case ReservationConfirmed():
            return -1, -1
        case ReservationReleased() if is_sold:
            return 1, 0
        case _:
            return 0, -1
