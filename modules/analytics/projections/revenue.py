"""Revenue by day, country and product, from the orders' events alone. Sums only: each event is taken in once.

Runs in the module's transaction and asks nobody, not even the clock; what is taken back counts on its own day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.timezone import get_default_timezone

from contracts.orders import Channel, CreditNoteIssued, OrderCancelled, OrderLine, OrderPlaced
from seamline.data import connection_for
from seamline.events import Delivery

RevenueEvent = OrderPlaced | OrderCancelled | CreditNoteIssued

_ADD_DAYS = """
INSERT INTO day_revenue (day, country, currency, orders, sold, taken_back)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::int[], %s::numeric[], %s::numeric[])
ON CONFLICT (day, country, currency) DO UPDATE SET orders = day_revenue.orders + excluded.orders,
    sold = day_revenue.sold + excluded.sold, taken_back = day_revenue.taken_back + excluded.taken_back
"""
_ADD_PRODUCTS = """
INSERT INTO product_revenue (day, country, sku, currency, units, sold, taken_back)
SELECT * FROM unnest(%s::date[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::numeric[], %s::numeric[])
ON CONFLICT (day, country, sku, currency) DO UPDATE SET units = product_revenue.units + excluded.units,
    sold = product_revenue.sold + excluded.sold, taken_back = product_revenue.taken_back + excluded.taken_back
"""
_REMEMBER = "INSERT INTO revenue_place (order_id, country) SELECT * FROM unnest(%s::uuid[], %s::text[])"
_TAKE = "DELETE FROM revenue_place WHERE order_id = ANY(%s) RETURNING order_id, country"


@dataclass(slots=True)
class _Sum:
    count: int = 0
    sold: Decimal = Decimal(0)
    taken_back: Decimal = Decimal(0)


@dataclass(slots=True)
class _Sums:
    """What a batch adds, by the keys of the rows."""

    days: dict[tuple[Any, ...], _Sum] = field(default_factory=dict)
    products: dict[tuple[Any, ...], _Sum] = field(default_factory=dict)

    def sale(self, event: OrderPlaced) -> None:
        day = _day(event.placed_at)
        brought = self.days.setdefault((day, event.country, event.total.currency), _Sum())
        brought.count += 1
        brought.sold += event.total.amount
        self._lines(event.lines, day, event.country, sign=1)

    def taken_back(
        self, amount: Decimal, currency: str, lines: Iterable[OrderLine], *, day: date, country: str
    ) -> None:
        """Of a cancelled order; its lines are those that were sold."""
        self.days.setdefault((day, country, currency), _Sum()).taken_back += amount
        self._lines(lines, day, country, sign=-1)

    def credit(self, event: CreditNoteIssued) -> None:
        """Its total is negative, and so are the quantities of its lines."""
        day = _day(event.issued_at)
        self.days.setdefault((day, event.country, event.total.currency), _Sum()).taken_back -= event.total.amount
        self._lines(event.lines, day, event.country, sign=1)

    def _lines(self, lines: Iterable[OrderLine], day: date, country: str, *, sign: int) -> None:
        for line in lines:
            brought = self.products.setdefault((day, country, line.sku, line.unit_price.currency), _Sum())
            amount = sign * line.quantity * line.unit_price.amount
            brought.count += sign * line.quantity
            if amount >= 0:
                brought.sold += amount
            else:
                brought.taken_back -= amount


def keep_revenue(deliveries: Sequence[Delivery[RevenueEvent]]) -> None:
    """Add what the events brought, and what they took back, to the sums of their days."""
    sums = _Sums()
    remembered: dict[UUID, str] = {}
    places = _taken([each.event.order_id for each in deliveries if isinstance(each.event, OrderCancelled)])
    for delivery in deliveries:
        match delivery.event:
            case OrderPlaced() as event:
                sums.sale(event)
                if event.channel is Channel.SHOP:
                    remembered[event.order_id] = event.country
            case CreditNoteIssued() as event:
                sums.credit(event)
            case OrderCancelled() as event:
                country = remembered.pop(event.order_id, None) or places.pop(event.order_id, "")
                sums.taken_back(
                    event.total.amount,
                    event.total.currency,
                    event.lines,
                    day=_day(event.cancelled_at),
                    country=country,
                )
    _write(sums, remembered)


def _day(at: datetime) -> date:
    return at.astimezone(get_default_timezone()).date()


def _taken(order_ids: Sequence[UUID]) -> dict[UUID, str]:
    if not order_ids:
        return {}
    with connection_for("analytics").cursor() as cursor:
        cursor.execute(_TAKE, [list(order_ids)])
        return dict(cursor.fetchall())


def _write(sums: _Sums, remembered: dict[UUID, str]) -> None:
    """In the order of the keys, so that two writers never wait for each other."""
    with connection_for("analytics").cursor() as cursor:
        for statement, rows in ((_ADD_DAYS, sums.days), (_ADD_PRODUCTS, sums.products)):
            if rows:
                cursor.execute(statement, _columns((*key, *astuple(rows[key])) for key in sorted(rows)))
        if remembered:
            cursor.execute(_REMEMBER, [list(remembered), list(remembered.values())])


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
