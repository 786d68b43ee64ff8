"""The manifest of inventory: stock on hand and reservations."""

from contracts.inventory import Inventory
from seamline.jobs import Job
from seamline.modules import Module

module = Module(
    name="inventory",
    owner="shop",
    contract=Inventory,
    implementation="modules.inventory.service:InventoryService",
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
