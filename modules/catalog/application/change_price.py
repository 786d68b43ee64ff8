"""Command: a new price from now on, with its reason kept."""

from __future__ import annotations

from datetime import UTC, datetime

from contracts.catalog import PriceChanged, Product
from contracts.kernel import Money, Sku
from modules.catalog.domain.prices import acceptable_price
from modules.catalog.domain.reasons import acceptable_reason
from modules.catalog.infra.rows import from_row, locked_product
from modules.catalog.models import PriceChangeRow
from seamline.calls import current_call
from seamline.events import publish


def change_price(*, sku: Sku, price: Money, reason: str) -> Product:
    """Set the price; the same price again changes nothing.

    :raises UnknownProduct: no product has this stock code.
    :raises InvalidPrice: the price is not above zero or has more than two decimals.
    :raises InvalidArgument: the reason is too long to be kept.
    """
    price = acceptable_price(price)
    reason = acceptable_reason(reason, operation="catalog.change_price")
    row = locked_product(sku)
    old = Money(amount=row.price, currency=row.currency)
    if old == price:
        return from_row(row)
    row.price, row.currency = price.amount, price.currency
    row.save(update_fields=["price", "currency"])
    PriceChangeRow.objects.create(
        product=row, old_price=old.amount, new_price=price.amount, reason=reason, actor=current_call().origin.actor
    )
    publish(PriceChanged(sku=sku, old_price=old, new_price=price, reason=reason, changed_at=datetime.now(UTC)))
    return from_row(row)
