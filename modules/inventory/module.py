"""The manifest of inventory: stock on hand and reservations."""

from contracts.inventory import (
    Inventory,
    ReservationConfirmed,
    ReservationExpired,
    ReservationReleased,
    StockAdjusted,
    StockReserved,
)
from seamline.jobs import Job
from seamline.modules import Module
from seamline.projections import Projection

module = Module(
    name="inventory",
    owner="shop",
    contract=Inventory,
    implementation="modules.inventory.service:InventoryService",
    subscriptions=(
        Projection(
            name="inventory.stock_alerts",
            version=1,
            events=(StockAdjusted, StockReserved, ReservationConfirmed, ReservationReleased, ReservationExpired),
            models=("inventory.StockWatch", "inventory.StockWatchSale"),
            handler="modules.inventory.projections.stock_alerts:keep_stock_alerts",
            batch=500,
        ),
    ),
    jobs=(
        Job(
            name="inventory.expire_reservations",
            run="modules.inventory.application.expire_reservations:expire_reservations",
            every=10,
        ),
    ),
    histories=("modules.inventory.infra.histories:STOCK",),
    urls="modules.inventory.api.urls",
)
