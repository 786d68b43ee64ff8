"""The manifest of the auditor: all events of the shop, once in batches over four partitions, once one by one."""

from contracts.inventory import Inventory
from contracts.orders import Orders
from contracts.payments import Payments
from seamline.events import Subscription
from seamline.modules import Module

EVENTS = (*Orders.events, *Inventory.events, *Payments.events)

module = Module(
    name="auditor",
    owner="tests",
    subscriptions=(
        Subscription(
            name="auditor.in_batches",
            events=EVENTS,
            handler="tests.soak.auditor.handlers:write_down_all",
            batch=20,
            partitions=4,
        ),
        Subscription(
            name="auditor.one_by_one",
            events=EVENTS,
            handler="tests.soak.auditor.handlers:write_down",
        ),
    ),
)
