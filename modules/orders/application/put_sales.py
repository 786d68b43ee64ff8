"""Take over sales and credit notes from elsewhere, hundreds in a handful of statements, each with its event."""

from __future__ import annotations

from contracts.orders import Channel, CreditNoteIssued, OrderPlaced, SaleRecord
from modules.orders.infra.creating import take_over
from seamline.events import publish


def put_sales(*, sales: tuple[SaleRecord, ...]) -> int:
    """Answers how many were new; known ones stay as they are. Of doubles the first one counts."""
    once: dict[object, SaleRecord] = {}
    for sale in sales:
        once.setdefault(sale.order_id, sale)
        _check_currency(sale)
    new = take_over(tuple(once.values()))
    publish(*(_event(sale) for sale in new))
    return len(new)


def _check_currency(sale: SaleRecord) -> None:
    if any(line.unit_price.currency != sale.total.currency for line in sale.lines):
        raise ValueError(f"The sale {sale.number} has lines in another currency than its total: convert them first.")


def _event(sale: SaleRecord) -> OrderPlaced | CreditNoteIssued:
    if sale.is_credit_note:
        return CreditNoteIssued(
            order_id=sale.order_id,
            number=sale.number,
            channel=Channel.IMPORT,
            customer_id=sale.customer_id,
            country=sale.country,
            lines=sale.lines,
            total=sale.total,
            issued_at=sale.placed_at,
        )
    return OrderPlaced(
        order_id=sale.order_id,
        number=sale.number,
        channel=Channel.IMPORT,
        customer_id=sale.customer_id,
        email="",
        country=sale.country,
        lines=sale.lines,
        total=sale.total,
        placed_at=sale.placed_at,
    )
