"""What is, or was, held for several orders."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.inventory import Reservation
from contracts.kernel import OrderId
from modules.inventory.infra import reservations as store


def reservations(*, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Reservation]:
    """Reservations by order; orders for which nothing was ever reserved are left out."""
    return {found.order_id: found for found in store.read_all(order_ids)}
