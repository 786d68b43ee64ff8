"""Command: take a product off sale."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.catalog import Product, ProductWithdrawn, UnknownProduct
from contracts.kernel import Sku
from modules.catalog.infra.rows import from_row
from modules.catalog.models import ProductRow
from seamline.events import publish


def withdraw(*, sku: Sku, reason: str) -> Product:
    """Take it off sale; again changes nothing.

    :raises UnknownProduct: no product has this stock code.
    """
    row = ProductRow.objects.select_for_update().filter(sku=sku).first()
    if row is None:
        raise UnknownProduct(sku=sku)
    if row.on_sale:
        row.on_sale = False
        row.save(update_fields=["on_sale"])
        publish(ProductWithdrawn(sku=sku, reason=reason, withdrawn_at=datetime.now(UTC)))
    return from_row(row)
