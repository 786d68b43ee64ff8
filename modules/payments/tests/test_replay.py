"""Every row and every entry of the ledger follows from the events: whatever is changed behind their back is found."""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest

from contracts.payments import Payments
from modules.payments.application.audit_ledger import audit_ledger
from modules.payments.infra import streams
from modules.payments.tests.helpers import authorised, captured, pounds, rows
from seamline.calls import use
from seamline.eventsourcing.verifying import verify

pytestmark = pytest.mark.usefixtures("database")


def test_payment_is_the_replay_of_its_events_at_any_version() -> None:
    order_id = captured("10.00")
    use(Payments).refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    states = [streams.payments.get(order_id, as_of=version).state for version in range(1, 6)]
    assert [state.state for state in states] == ["pending", "authorised", "captured", "captured", "captured"]
    assert [state.refundable.amount for state in states[2:]] == [10, 6, 6]
    assert [state.refunded for state in states[2:]] == [0, 0, 4]
    assert use(Payments).payment(order_id=order_id) == states[-1].payment()


def test_untouched_books_are_sound() -> None:
    for amount in ("10.00", "0.01"):
        captured(amount)
    authorised("5.00")
    audit = audit_ledger()
    assert (audit.payments, audit.total, audit.findings) == (3, Decimal(0), ())
    assert audit.entries == 6 + 6 + 2
    assert verify("payments").findings == ()


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE payment SET refunded = 1", "is not what its events make it"),
        ("UPDATE ledger_entry SET amount = amount * 2 WHERE account IN ('provider', 'sales')", "add up to"),
        ("UPDATE ledger_entry SET version = 99 WHERE account = 'sales'", "is booked for no event"),
        ("DELETE FROM ledger_entry WHERE account = 'sales'", "not to zero"),
    ],
)
def test_what_was_changed_behind_the_events_is_found(statement: str, finding: str, admin_url: str) -> None:
    captured("10.00")
    with psycopg.connect(admin_url, options="-c search_path=payments") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)  # type: ignore[arg-type]
    assert any(finding in found for found in audit_ledger().findings)


def test_altered_event_of_a_payment_is_named(admin_url: str) -> None:
    order_id = captured("10.00")
    with psycopg.connect(admin_url, options="-c search_path=payments") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(
            "UPDATE event_log SET data = jsonb_set(data, '{amount,amount}', '\"10.01\"') WHERE version = 3"
        )
    (found,) = verify("payments").findings
    assert (found.stream, found.version, found.name) == (
        f"payment:{order_id}", 3, "payments.payment_captured",
    )  # fmt: skip
    assert rows("SELECT count(*) FROM payment") == [(1,)]
