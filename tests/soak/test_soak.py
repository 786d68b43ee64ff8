"""The soak at the size of the suite; ``python -m tests.soak`` runs it at any other."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from seamline.testing.brokers import rabbitmq_missing
from tests.soak import books
from tests.soak.buyers import Answer
from tests.soak.soak import soak

FAULTS = {
    "events that a subscription has not had": "DELETE FROM auditor.seen WHERE id = (SELECT max(id) FROM auditor.seen)",
    "events that a subscription has had more than once": """
        INSERT INTO auditor.seen (subscription, publisher, position, event_id, key)
        SELECT subscription, publisher, position, event_id, key FROM auditor.seen LIMIT 1""",
    "events that a subscription has had and no log has": """
        INSERT INTO auditor.seen (subscription, publisher, position, event_id, key)
        VALUES ('auditor.one_by_one', 'orders', 0, gen_random_uuid(), 'k')""",
    "events of one key that came out of order": """
        WITH pair AS (
            SELECT min(id) AS first, max(id) AS last FROM auditor.seen GROUP BY subscription, publisher, key
            HAVING count(*) > 1 LIMIT 1
        )
        UPDATE auditor.seen SET event_id = other.event_id, position = other.position
        FROM pair, auditor.seen AS other
        WHERE (seen.id = pair.first AND other.id = pair.last) OR (seen.id = pair.last AND other.id = pair.first)""",
    "parked events": """
        INSERT INTO notifications.parked_event (subscription, publisher, position, event_id, name, key, status)
        VALUES ('s', 'orders', 1, gen_random_uuid(), 'n', 'k', 'parked')""",
    "checkouts that have not ended": """
        UPDATE orders.saga_instance SET status = 'stuck' WHERE id = (SELECT min(id) FROM orders.saga_instance)""",
    "outcomes of an order that were told twice, or never": """
        INSERT INTO orders.event_log (event_id, name, schema_version, key, data)
        SELECT gen_random_uuid(), name, schema_version, key, data FROM orders.event_log LIMIT 1""",
    "placed orders without exactly one confirmed reservation and captured payment": """
        UPDATE inventory.reservation SET state = 'released'
        WHERE order_id = (SELECT order_id FROM orders.sales_order WHERE state = 'placed' LIMIT 1)""",
    "stock that is not what was sold": "UPDATE inventory.stock_item SET on_hand = on_hand + 1 WHERE sku = 'SOAK3'",
    "money that the provider took and no order owes, or the reverse": """
        UPDATE payments.sandbox_charge SET captured = captured + 1
        WHERE key = (SELECT min(key) FROM payments.sandbox_charge WHERE captured > 0)""",
    "orders that the history shows otherwise": """
        DELETE FROM storefront.storefront_ordersummary
        WHERE order_id = (SELECT order_id FROM orders.sales_order LIMIT 1)""",
    "outcomes without exactly one message": """
        DELETE FROM notifications.message WHERE event_id = (SELECT event_id FROM notifications.message LIMIT 1)""",
    "placed orders that recommendations do not know": """
        DELETE FROM recommendations.recommendations_recordedbasket
        WHERE order_id = (SELECT order_id FROM orders.sales_order WHERE state = 'placed' LIMIT 1)""",
}
"""A fault for each check, planted when all books agree."""


def find_each_planted_fault(connection: psycopg.Connection, answers: list[Answer]) -> None:
    assert FAULTS.keys() == books.CHECKS.keys()
    for title, statement in FAULTS.items():
        with pytest.raises(books.BooksDisagree, match=title), connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            assert connection.execute(statement).rowcount > 0, f"nothing was planted for: {title}"
            books.check(connection, answers)
    with pytest.raises(books.BooksDisagree, match="orders that no buyer was told of"):
        books.check(connection, answers[1:])
    with pytest.raises(books.BooksDisagree, match="orders that buyers were told of"):
        books.check(connection, [*answers, answers[0]])
    books.check(connection, answers)


def test_no_effect_is_lost_or_doubled_while_everything_is_killed(tmp_path: Path) -> None:
    report = soak(folder=tmp_path, bus="thread", orders=40, faults=6, every=0.8, inspect=find_each_planted_fault)

    assert report.orders >= 40
    assert 0 < report.placed < report.orders
    assert report.deliveries == 2 * report.events
    assert {"kill postgres", "kill web0", "kill web1", "kill worker"} == report.faults.keys()


@pytest.mark.parametrize("broker", ["valkey", "rabbitmq"])
def test_lost_broker_messages_cost_no_effect(tmp_path: Path, broker: str) -> None:
    if broker == "rabbitmq" and (reason := rabbitmq_missing()):
        pytest.skip(reason)
    report = soak(folder=tmp_path, bus="celery", broker=broker, orders=40, faults=8, every=0.8)

    assert report.orders >= 40
    assert report.deliveries == 2 * report.events
    assert {"restart broker", "empty broker", "kill worker"} <= report.faults.keys()
