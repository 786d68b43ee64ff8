"""What PostgreSQL itself refuses in the books, how few statements commands need, and that bulk stays bulk."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import DatabaseError, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from contracts.payments import Payments, Settlement
from modules.payments.domain.ledger import Entry, LedgerAccount, movement
from modules.payments.infra import ledger
from modules.payments.tests.helpers import captured, card, new_order, pounds, rows
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET amount = 1 RETURNING id",
        "DELETE FROM ledger_entry RETURNING id",
        "UPDATE payment SET refunded = 10.01 RETURNING order_id",
        "UPDATE payment SET refunding = -1 RETURNING order_id",
        "UPDATE payment SET amount = 0 RETURNING order_id",
        "UPDATE payment SET state = 'gone' RETURNING order_id",
    ],
)
def test_database_refuses_what_would_spoil_the_books(statement: str) -> None:
    captured("10.00")
    with pytest.raises(DatabaseError):
        rows(statement)


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry"])
def test_not_even_an_administrator_changes_the_ledger(statement: str, admin_url: str) -> None:
    captured()
    with (
        psycopg.connect(admin_url, options="-c search_path=payments") as connection,
        pytest.raises(psycopg.errors.RestrictViolation),
    ):
        connection.execute(statement)  # type: ignore[arg-type]


def entries(amount: str) -> list[Entry]:
    return [
        Entry(stream="payment:test", version=1, key="test", posting=posting, at=timezone.now())
        for posting in movement(source=LedgerAccount.SALES, target=LedgerAccount.PROVIDER, amount=pounds(amount))
    ]


def test_entries_that_do_not_balance_are_refused_by_the_database() -> None:
    with pytest.raises(DatabaseError, match="does not balance"):
        ledger.book(entries("1.00")[:1])


def test_movement_booked_twice_is_refused_by_the_database() -> None:
    made = entries("1.00")
    ledger.book(made)
    with pytest.raises(DatabaseError, match="booked_once"):
        ledger.book(made)


def statements(work: Callable[[], object]) -> int:
    """Statements that the work needs, BEGIN and COMMIT not counted."""
    with CaptureQueriesContext(connections["payments"]) as captured_queries:
        work()
    return sum(not query["sql"].startswith(("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")) for query in captured_queries)


def test_commands_of_a_checkout_need_few_statements() -> None:
    order_id, token = new_order(), card()
    payments = use(Payments)
    assert statements(
        lambda: payments.authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    ) <= 8  # fmt: skip
    assert statements(lambda: payments.capture(order_id=order_id)) <= 8
    assert statements(lambda: payments.payment(order_id=order_id)) == 1


def test_settlements_are_taken_over_in_bulk() -> None:
    at = timezone.now()
    settlements = tuple(
        Settlement(order_id=new_order(), amount=pounds(f"{number}.50"), settled_at=at) for number in range(5_000)
    )
    assert statements(lambda: use(Payments).put_settlements(settlements=settlements)) <= 8
    assert rows("SELECT count(*) FROM ledger_entry") == [(10_000,)]
