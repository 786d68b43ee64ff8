"""What PostgreSQL itself refuses, whatever the code does; and how few statements the commands need."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext

from contracts.inventory import Inventory
from modules.inventory.tests.helpers import lines, new_order, rows, stock
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE stock_item SET reserved = on_hand + 1 RETURNING sku",
        "UPDATE stock_item SET reserved = -1 RETURNING sku",
        "UPDATE stock_movement SET change = 1 RETURNING sku",
        "DELETE FROM stock_movement RETURNING sku",
    ],
)
def test_database_refuses_what_would_spoil_the_books(statement: str) -> None:
    stock(A=5)
    with pytest.raises(DatabaseError):
        rows(statement)


@pytest.mark.parametrize("statement", ["DELETE FROM stock_movement", "TRUNCATE stock_movement"])
def test_not_even_an_administrator_changes_the_history(statement: str, admin_url: str) -> None:
    stock(A=5)
    with (
        psycopg.connect(admin_url, options="-c search_path=inventory") as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute(statement)  # type: ignore[arg-type]


def statements(work: Callable[[], object]) -> int:
    """Statements that the work needs, BEGIN and COMMIT not counted."""
    with CaptureQueriesContext(connections["inventory"]) as captured:
        work()
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in captured)


def test_commands_of_a_checkout_need_few_statements() -> None:
    stock(A=5, B=5)
    order_id = new_order()
    assert statements(lambda: use(Inventory).reserve(order_id=order_id, lines=lines(A=1, B=2))) <= 6
    assert statements(lambda: use(Inventory).confirm(order_id=order_id)) <= 6
    assert statements(lambda: use(Inventory).release(order_id=order_id, reason="cancelled")) <= 6
    assert statements(lambda: use(Inventory).availability(skus=("A", "B"))) == 1
    assert statements(lambda: use(Inventory).reservation(order_id=order_id)) == 1
