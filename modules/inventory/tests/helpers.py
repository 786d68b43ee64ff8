"""What several tests of inventory need."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from contracts.inventory import Inventory, StockLine
from contracts.kernel import OrderId, Sku
from seamline.calls import use
from seamline.data import connection_for


def new_order() -> OrderId:
    return OrderId(uuid.uuid4())


def lines(**quantities: int) -> tuple[StockLine, ...]:
    """``lines(A=2, B=1)``"""
    return tuple(StockLine(sku=Sku(sku), quantity=quantity) for sku, quantity in quantities.items())


def stock(**units: int) -> None:
    """Put these products on the shelf."""
    for sku, quantity in units.items():
        use(Inventory).adjust(sku=Sku(sku), change=quantity, reason="received")


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def assert_books_are_right() -> None:
    """What must hold at any time: reserved is what held lines say, on hand is what movements add up to."""
    wrong = rows(
        """
        SELECT sku, on_hand, reserved, coalesce(held.units, 0), coalesce(moved.units, 0)
        FROM stock_item
        LEFT JOIN (
            SELECT sku, sum(quantity) AS units FROM reservation_line JOIN reservation USING (order_id)
            WHERE state = 'held' GROUP BY sku
        ) AS held USING (sku)
        LEFT JOIN (SELECT sku, sum(change) AS units FROM stock_movement GROUP BY sku) AS moved USING (sku)
        WHERE reserved <> coalesce(held.units, 0) OR on_hand <> coalesce(moved.units, 0) OR on_hand < 0
        """
    )
    assert wrong == [], "(sku, on hand, reserved, held in lines, sum of movements)"
