"""The SQL that changes stock: few statements, set-based, locks always in the order of the stock codes.

Callers hold a transaction. This file decides nothing: rules are in ``domain/``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.inventory import StockLevel, StockLine
from contracts.kernel import OrderId, Sku
from modules.inventory.domain.movements import MovementKind
from seamline.calls import current_call
from seamline.data import connection_for

_LOCK = """
SELECT sku, on_hand - reserved FROM stock_item WHERE sku = ANY(%(skus)s) ORDER BY sku FOR NO KEY UPDATE
"""
_HOLD = """
WITH wanted AS (SELECT * FROM unnest(%(skus)s::text[], %(quantities)s::bigint[]) AS wanted (sku, quantity)),
     held AS (
         UPDATE stock_item SET reserved = reserved + wanted.quantity, updated_at = %(now)s
         FROM wanted WHERE stock_item.sku = wanted.sku
     )
INSERT INTO reservation_line (order_id, sku, quantity) SELECT %(order_id)s, sku, quantity FROM wanted
"""
# The rows are locked in the order of their codes before any is changed: that is what keeps two orders from
# waiting for each other.
_MOVE = """
WITH wanted AS (SELECT * FROM unnest(%(skus)s::text[], %(quantities)s::bigint[]) AS wanted (sku, quantity)),
     locked AS MATERIALIZED (
         SELECT stock_item.sku FROM stock_item JOIN wanted USING (sku) ORDER BY stock_item.sku
         FOR NO KEY UPDATE OF stock_item
     ),
     changed AS (
         UPDATE stock_item
         SET on_hand = on_hand + %(shelf)s * wanted.quantity,
             reserved = reserved + %(promised)s * wanted.quantity,
             updated_at = %(now)s
         FROM locked JOIN wanted USING (sku) WHERE stock_item.sku = locked.sku
         RETURNING stock_item.sku, wanted.quantity
     )
INSERT INTO stock_movement (sku, kind, change, order_id, reason, actor, at)
SELECT sku, %(kind)s, %(shelf)s * quantity, %(order_id)s, %(reason)s, %(actor)s, %(now)s
FROM changed WHERE %(shelf)s <> 0
"""
_ADD = """
WITH item AS (
    INSERT INTO stock_item (sku, on_hand, reserved, updated_at) VALUES (%(sku)s, %(change)s, 0, %(now)s)
    ON CONFLICT (sku) DO UPDATE SET on_hand = stock_item.on_hand + excluded.on_hand, updated_at = excluded.updated_at
    RETURNING sku, on_hand, reserved
), movement AS (
    INSERT INTO stock_movement (sku, kind, change, reason, actor, at)
    SELECT sku, %(kind)s, %(change)s, %(reason)s, %(actor)s, %(now)s FROM item
)
SELECT on_hand, reserved FROM item
"""
_TAKE = """
WITH item AS (
    UPDATE stock_item SET on_hand = on_hand + %(change)s, updated_at = %(now)s
    WHERE sku = %(sku)s AND on_hand + %(change)s >= reserved
    RETURNING sku, on_hand, reserved
), movement AS (
    INSERT INTO stock_movement (sku, kind, change, reason, actor, at)
    SELECT sku, %(kind)s, %(change)s, %(reason)s, %(actor)s, %(now)s FROM item
)
SELECT on_hand, reserved FROM item
"""
_OPEN = """
WITH opening AS (
    SELECT * FROM unnest(%(skus)s::text[], %(kinds)s::text[], %(changes)s::bigint[]) AS opening (sku, kind, change)
), item AS (
    INSERT INTO stock_item (sku, on_hand, reserved, updated_at)
    SELECT sku, coalesce(total, 0), 0, %(now)s
    FROM unnest(%(new)s::text[]) AS new (sku)
    LEFT JOIN (SELECT sku, sum(change) AS total FROM opening GROUP BY sku) AS totals USING (sku)
    ORDER BY sku
    ON CONFLICT (sku) DO NOTHING
    RETURNING sku, on_hand
), movement AS (
    INSERT INTO stock_movement (sku, kind, change, reason, actor, at)
    SELECT sku, kind, change, %(reason)s, %(actor)s, %(now)s FROM opening JOIN item USING (sku)
)
SELECT sku, on_hand FROM item ORDER BY sku
"""


def lock_available(skus: Sequence[Sku]) -> dict[Sku, int]:
    """Lock the stock of these products until the transaction ends; units that are free, for each known one."""
    return dict(_rows(_LOCK, {"skus": list(skus)}))


def hold(*, order_id: OrderId, lines: Sequence[StockLine], now: datetime) -> None:
    """Promise units of locked stock to an order, and write its lines down."""
    _execute(_HOLD, {"order_id": order_id, "now": now, **_columns(lines)})


def sell(*, order_id: OrderId, lines: Sequence[StockLine], now: datetime) -> None:
    """Take promised units off the shelf."""
    _move(lines, shelf=-1, promised=-1, kind=MovementKind.SOLD, order_id=order_id, reason="order confirmed", now=now)


def put_back(*, order_id: OrderId, lines: Sequence[StockLine], reason: str, now: datetime) -> None:
    """Return sold units to the shelf."""
    _move(lines, shelf=1, promised=0, kind=MovementKind.RETURNED, order_id=order_id, reason=reason, now=now)


def let_go(*, lines: Sequence[StockLine], now: datetime) -> None:
    """Free promised units; nothing leaves the shelf."""
    _move(lines, shelf=0, promised=-1, kind=MovementKind.RETURNED, order_id=None, reason="", now=now)


def change_on_hand(*, sku: Sku, change: int, reason: str, now: datetime) -> StockLevel | None:
    """Change a product's stock and write the movement; None where too little is there to take so much away."""
    parameters = {
        "sku": sku,
        "change": change,
        "kind": MovementKind.ADJUSTED.value,
        "reason": reason,
        "actor": _actor(),
        "now": now,
    }
    for on_hand, reserved in _rows(_ADD if change > 0 else _TAKE, parameters):
        return StockLevel(sku=sku, on_hand=on_hand, reserved=reserved)
    return None


def open_stock(
    openings: Mapping[Sku, Sequence[tuple[MovementKind, int]]], *, reason: str, now: datetime
) -> dict[Sku, int]:
    """Write new products' stock with its movements; on hand for each that was new, known ones stay as they are."""
    movements = [(sku, kind.value, change) for sku, opening in openings.items() for kind, change in opening]
    parameters = {
        "new": list(openings),
        "skus": [sku for sku, _, _ in movements],
        "kinds": [kind for _, kind, _ in movements],
        "changes": [change for _, _, change in movements],
        "reason": reason,
        "actor": _actor(),
        "now": now,
    }
    return dict(_rows(_OPEN, parameters))


def _move(
    lines: Sequence[StockLine],
    *,
    shelf: int,
    promised: int,
    kind: MovementKind,
    order_id: OrderId | None,
    reason: str,
    now: datetime,
) -> None:
    parameters = {
        **_columns(lines),
        "shelf": shelf,
        "promised": promised,
        "kind": kind.value,
        "order_id": order_id,
        "reason": reason,
        "actor": _actor(),
        "now": now,
    }
    _execute(_MOVE, parameters)


def _columns(lines: Sequence[StockLine]) -> dict[str, list[Any]]:
    return {"skus": [line.sku for line in lines], "quantities": [line.quantity for line in lines]}


def _actor() -> str:
    return current_call().origin.actor[:200]


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def _execute(sql: str, parameters: dict[str, Any]) -> None:
    with connection_for("inventory").cursor() as cursor:
        cursor.execute(sql, parameters)
