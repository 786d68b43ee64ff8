"""The SQL that takes over payments from elsewhere: one statement for any number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.kernel import OrderId
from contracts.payments import Settlement
from seamline.data import connection_for

_ADD = """
INSERT INTO payment (order_id, amount, currency, refunded, refunding, charged_back, state, void_reason, never_started,
    settled_elsewhere, token, brand, last4, card, decline_reason, version, created_at, updated_at)
SELECT order_id, amount, currency, 0, 0, 0, CASE WHEN amount < 0 THEN 'refunded' ELSE 'captured' END, '', false,
    true, '', '', '', '', '', 2, settled_at, settled_at
FROM unnest(%s::uuid[], %s::numeric[], %s::text[], %s::timestamptz[])
    AS settlement (order_id, amount, currency, settled_at)
ON CONFLICT (order_id) DO NOTHING
RETURNING order_id
"""


def add(settlements: Sequence[Settlement]) -> list[OrderId]:
    """Write settled payments down; answers the orders that had none."""
    columns: list[Any] = [
        [settlement.order_id for settlement in settlements],
        [settlement.amount.amount for settlement in settlements],
        [settlement.amount.currency for settlement in settlements],
        [settlement.settled_at for settlement in settlements],
    ]
    with connection_for("payments").cursor() as cursor:
        cursor.execute(_ADD, columns)
        return [OrderId(order_id) for (order_id,) in cursor.fetchall()]
