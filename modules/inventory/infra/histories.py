"""Which of the inventory's histories can be read back: a product's stock, from the public events that name it."""

from __future__ import annotations

from contracts.inventory import (
    ReservationConfirmed,
    ReservationExpired,
    ReservationReleased,
    StockAdjusted,
    StockReserved,
)
from modules.inventory.domain.known import KnownStock, evolve
from seamline.eventsourcing import HistoryType, Line

STOCK = HistoryType(
    module="inventory",
    name="stock",
    events=(StockAdjusted, StockReserved, ReservationConfirmed, ReservationReleased, ReservationExpired),
    state=KnownStock,
    initial=KnownStock,
    evolve=evolve,
    line=Line(list="lines", field="sku"),
    permission="inventory.view_stockitem",
)
