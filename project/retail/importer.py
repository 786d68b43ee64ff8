"""Sends a shipment to the modules, through their contracts alone, batch by batch.

A batch's idempotency key is made of its content: a run that repeats one, after a crash or on purpose, changes nothing,
and a changed batch is a new intent. This file may not open a transaction nor know a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.catalog import Catalog
from contracts.customers import Customers
from contracts.inventory import Inventory
from contracts.kernel import OrderId
from contracts.orders import Orders, SaleRecord
from contracts.payments import Payments
from project.retail.progress import Progress
from project.retail.shipment import Shipment, batches
from seamline.calls import use
from seamline.contract.codec import encode
from seamline.events import drain, lag

BATCH = 500
SETTLEMENT_BATCH = 2000
COMMAND_TIMEOUT = 120.0
"""Seconds a batch may take; a busy machine gets more than the contracts' own timeouts."""
DRAIN_TIMEOUT = 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    title: str
    batches: Sequence[Any]
    send: Callable[[Any, str], int]
    size: Callable[[Any], int] = len


def send_shipment(shipment: Shipment, *, progress: Progress) -> dict[str, int]:
    """Store everything; answers how many of each were new (or, for products, changed).

    The settlements come last: where the last of them is known, everything is (see ``is_complete``).

    :raises ContractError: a module could not be reached or refused; run it again, what is done is not done twice.
    """
    new = {}
    for step in _steps(shipment):
        progress.begin(step.title, sum(step.size(batch) for batch in step.batches))
        new[step.title] = 0
        for batch in step.batches:
            new[step.title] += step.send(batch, _key(step.title, batch))
            progress.advance(step.size(batch))
    return new


def deliver_events(*, progress: Progress) -> int:
    """Wait until every subscription has dealt with what was published; answers how many events this took.

    :raises NotDrained: an event is parked, or it took too long.
    """
    progress.begin("Events", sum(each.events for each in lag()))
    return drain(timeout=DRAIN_TIMEOUT, progress=progress.advance)


def last_settled(shipment: Shipment) -> OrderId | None:
    """The order whose settlement is sent last; None where no money moved."""
    settlements = shipment.settlements
    return settlements[-1].order_id if settlements else None


def is_complete(last: OrderId | None) -> bool:
    """Whether the shipment that ends with this settlement is stored as a whole."""
    return last is not None and last in use(Payments).payments(order_ids=(last,))


def _steps(shipment: Shipment) -> tuple[_Step, ...]:
    categories = shipment.categories
    return (
        _Step(
            title="Products",
            batches=tuple(batches(shipment.products, BATCH)),
            send=lambda batch, key: use(Catalog, idempotency_key=key, timeout=COMMAND_TIMEOUT).put_products(
                categories=categories, products=batch
            ),
        ),
        _Step(
            title="Customers",
            batches=tuple(batches(shipment.customers, BATCH)),
            send=lambda batch, key: use(Customers, idempotency_key=key, timeout=COMMAND_TIMEOUT).put_customers(
                customers=batch
            ),
        ),
        _Step(
            title="Stock",
            batches=tuple(batches(shipment.stock, BATCH)),
            send=lambda batch, key: use(Inventory, idempotency_key=key, timeout=COMMAND_TIMEOUT).put_stock(
                records=batch
            ),
        ),
        _Step(
            title="Order lines",
            batches=tuple(batches(shipment.sales, BATCH)),
            send=lambda batch, key: use(Orders, idempotency_key=key, timeout=COMMAND_TIMEOUT).put_sales(sales=batch),
            size=_lines_in,
        ),
        _Step(
            title="Settlements",
            batches=tuple(batches(shipment.settlements, SETTLEMENT_BATCH)),
            send=lambda batch, key: use(Payments, idempotency_key=key, timeout=COMMAND_TIMEOUT).put_settlements(
                settlements=batch
            ),
        ),
    )


def _lines_in(sales: tuple[SaleRecord, ...]) -> int:
    return sum(len(sale.lines) for sale in sales)


def _key(title: str, batch: Any) -> str:
    return f"import:{title.casefold().replace(' ', '-')}:{hashlib.blake2b(encode(batch), digest_size=16).hexdigest()}"
