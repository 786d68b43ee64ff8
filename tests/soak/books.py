"""The books after a soak, read by an administrator past all of the shop's code: what must hold to the last event.

Each check is one statement that finds nothing where all is well; its title says what it would have found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import LiteralString, cast

import psycopg

from contracts.inventory import Inventory
from contracts.orders import Orders
from contracts.payments import Payments
from tests.soak.buyers import Answer

SUBSCRIPTIONS = ("auditor.in_batches", "auditor.one_by_one")
PUBLISHERS: tuple[LiteralString, ...] = ("orders", "inventory", "payments")
MODULES: tuple[LiteralString, ...] = (
    "catalog", "customers", "inventory", "orders", "payments", "recommendations", "notifications", "storefront",
    "auditor",
)  # fmt: skip

TOLD = cast(
    LiteralString,
    ", ".join(f"'{event.event_name}'" for contract in (Orders, Inventory, Payments) for event in contract.events),
)
"""The public events' names; what a module keeps for itself in its streams, nobody is told."""
LOGS: LiteralString = " UNION ALL ".join(
    f"SELECT '{publisher}' AS publisher, position, event_id, name, key FROM {publisher}.event_log "
    f"WHERE name IN ({TOLD})"
    for publisher in PUBLISHERS
)
PARKED: LiteralString = " UNION ALL ".join(
    f"SELECT subscription, name, key, error FROM {module}.parked_event" for module in MODULES
)
EXPECTED: LiteralString = f"""
SELECT * FROM unnest(ARRAY['auditor.in_batches', 'auditor.one_by_one']) AS subscription, ({LOGS}) AS logs
"""
SETTLED: LiteralString = f"""
SELECT (SELECT count(*) FROM orders.saga_instance WHERE status IN ('running', 'compensating')) = 0
  AND (SELECT count(*) FROM orders.sales_order WHERE state = 'pending') = 0
  AND (SELECT count(*) FROM ({LOGS}) AS logs) * 2 <= (SELECT count(*) FROM auditor.seen)
  AND (SELECT count(*) FROM orders.event_log WHERE name IN ('orders.order_placed', 'orders.order_rejected'))
    <= least((SELECT count(*) FROM storefront.storefront_ordersummary), (SELECT count(*) FROM notifications.message))
  AND (SELECT count(*) FROM orders.event_log WHERE name = 'orders.order_placed')
    <= (SELECT count(*) FROM recommendations.recommendations_recordedbasket)
"""
CHECKS: Mapping[str, LiteralString] = {
    "events that a subscription has not had": f"""
        SELECT subscription, publisher, position, name FROM ({EXPECTED}) AS expected
        WHERE NOT EXISTS (SELECT FROM auditor.seen WHERE seen.subscription = expected.subscription
            AND seen.event_id = expected.event_id)""",
    "events that a subscription has had more than once": """
        SELECT subscription, event_id, count(*) FROM auditor.seen GROUP BY 1, 2 HAVING count(*) > 1""",
    "events that a subscription has had and no log has": f"""
        SELECT subscription, event_id FROM auditor.seen
        WHERE event_id NOT IN (SELECT event_id FROM ({LOGS}) AS logs)""",
    "events of one key that came out of order": """
        SELECT subscription, publisher, key, position, previous FROM (
            SELECT *, lag(position) OVER (PARTITION BY subscription, publisher, key ORDER BY id) AS previous
            FROM auditor.seen
        ) AS neighbours WHERE previous >= position""",
    "parked events": PARKED,
    "checkouts that have not ended": """
        SELECT id, status, step, attempts, last_error, next_at - now() AS due_in, lease_until - now() AS leased_for
        FROM orders.saga_instance WHERE status IN ('running', 'compensating', 'stuck')""",
    "outcomes of an order that were told twice, or never": """
        SELECT order_id, state, count(event_log.position) FROM orders.sales_order
        LEFT JOIN orders.event_log ON key = order_id::text AND name = 'orders.order_' || state
        GROUP BY 1, 2 HAVING count(event_log.position) <> 1""",
    "placed orders without exactly one confirmed reservation and captured payment": """
        SELECT order_id, reservation.state, payment.state FROM orders.sales_order
        FULL JOIN inventory.reservation USING (order_id)
        FULL JOIN (SELECT * FROM payments.payment WHERE NOT never_started) AS payment USING (order_id)
        WHERE (coalesce(sales_order.state, '') = 'placed') <> (coalesce(reservation.state, '') = 'confirmed')
           OR (coalesce(sales_order.state, '') = 'placed') <> (coalesce(payment.state, '') = 'captured')""",
    "stock that is not what was sold": """
        SELECT sku, on_hand, reserved, sold FROM inventory.stock_item LEFT JOIN (
            SELECT sku, sum(quantity) AS sold FROM orders.sales_order_line JOIN orders.sales_order USING (order_id)
            WHERE state = 'placed' GROUP BY sku
        ) AS sales USING (sku) WHERE on_hand <> 1000000 - coalesce(sold, 0) OR reserved <> 0""",
    "money that the provider took and no order owes, or the reverse": """
        SELECT taken, owed FROM
            (SELECT coalesce(sum(captured - refunded), 0) AS taken FROM payments.sandbox_charge) AS a,
            (SELECT coalesce(sum(total), 0) AS owed FROM orders.sales_order WHERE state = 'placed') AS b
        WHERE taken <> owed""",
    "orders that the history shows otherwise": """
        SELECT order_id, sales_order.state, order_summary.state FROM orders.sales_order
        FULL JOIN storefront.storefront_ordersummary AS order_summary USING (order_id)
        WHERE sales_order.state IS DISTINCT FROM order_summary.state""",
    "outcomes without exactly one message": """
        SELECT event_log.event_id, name, count(message.event_id) FROM orders.event_log
        LEFT JOIN notifications.message USING (event_id) GROUP BY 1, 2 HAVING count(message.event_id) <> 1""",
    "placed orders that recommendations do not know": """
        SELECT order_id FROM orders.sales_order WHERE state = 'placed'
          AND order_id NOT IN (SELECT order_id FROM recommendations.recommendations_recordedbasket)""",
}


class BooksDisagree(AssertionError):
    """At least one check found something; the text has the first findings of each."""


def is_settled(connection: psycopg.Connection) -> bool:
    """Whether all checkouts have ended and all subscriptions have caught up, as far as counts tell."""
    row = connection.execute(SETTLED).fetchone()
    return bool(row is not None and row[0])


def check(connection: psycopg.Connection, answers: Iterable[Answer]) -> dict[str, int]:
    """Compare all books with each other and with what the buyers were told.

    :returns: how many orders, events and deliveries were compared.
    :raises BooksDisagree: says what was found.
    """
    findings = []
    for title, statement in CHECKS.items():
        if found := connection.execute(statement).fetchmany(5):
            findings.append(f"{title}: " + "; ".join(str(row) for row in found))
    told = Counter((answer.order_id, answer.state) for answer in answers)
    kept = Counter(
        (str(order_id), state)
        for order_id, state in connection.execute("SELECT order_id, state FROM orders.sales_order")
    )
    if missing := told - kept:
        findings.append(f"orders that buyers were told of and the shop has not, or twice: {list(missing)[:5]}")
    if surplus := kept - told:
        findings.append(f"orders that no buyer was told of: {list(surplus)[:5]}")
    if findings:
        raise BooksDisagree("\n".join(findings))
    counts: LiteralString = f"SELECT (SELECT count(*) FROM ({LOGS}) AS logs), (SELECT count(*) FROM auditor.seen)"
    row = connection.execute(counts).fetchone()
    assert row is not None
    return {"orders": sum(kept.values()), "events": row[0], "deliveries": row[1]}
