"""Command: take a product off sale."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.catalog import Product, ProductWithdrawn
from contracts.kernel import Sku
from modules.catalog.domain.reasons import acceptable_reason
from modules.catalog.infra.rows import from_row, locked_product
from seamline.events import publish


def withdraw(*, sku: Sku, reason: str) -> Product:
    """Take it off sale; again changes nothing.

    :raises UnknownProduct: no product has this stock code.
    :raises InvalidArgument: the reason is too long to be kept.
    """
    reason = acceptable_reason(reason, operation="catalog.withdraw")
    row = locked_product(sku)
    if row.on_sale:
        row.on_sale = False
        row.save(update_fields=["on_sale"])
        publish(ProductWithdrawn(sku=sku, reason=reason, withdrawn_at=datetime.now(UTC)))
    return from_row(row)
