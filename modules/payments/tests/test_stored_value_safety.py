"""Wallets and gift cards under storms and crashes: the last penny is spent once, and a dead process changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError

from contracts.payments import Payments, PaymentState
from modules.payments.application.audit_ledger import audit_ledger
from modules.payments.application.ports import Answer
from modules.payments.application.settle_pending import settle_pending
from modules.payments.infra import provider as serving
from modules.payments.infra import stored_value
from modules.payments.infra.stored_value_provider import StoredValueProvider
from modules.payments.tests.helpers import (
    assert_books_agree,
    filled_wallet,
    issued,
    new_order,
    pounds,
    rows,
    wallet_token,
)
from seamline.calls import use
from seamline.data import atomic
from seamline.testing import at_once

pytestmark = pytest.mark.usefixtures("database")
SOON = datetime.now(UTC) + timedelta(minutes=5)
KINDS = ["authorise", "capture", "void", "refund"]


class Killed(BaseException):
    """The process dies: nothing of ours catches it."""


class Dying(StoredValueProvider):
    """The shop's own books, but the process dies after it acted on one kind of request, and before it wrote that."""

    kind = ""

    def authorise(self, **arguments: Any) -> Answer:
        return self._then_die("authorise", super().authorise(**arguments))

    def capture(self, **arguments: Any) -> Answer:
        return self._then_die("capture", super().capture(**arguments))

    def void(self, **arguments: Any) -> Answer:
        return self._then_die("void", super().void(**arguments))

    def refund(self, **arguments: Any) -> Answer:
        return self._then_die("refund", super().refund(**arguments))

    def _then_die(self, kind: str, answer: Answer) -> Answer:
        if kind == self.kind:
            raise Killed(kind)
        return answer


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> type[Dying]:
    monkeypatch.setattr(serving, "StoredValueProvider", Dying)
    monkeypatch.setattr(Dying, "kind", "")
    return Dying


def test_eight_orders_at_once_spend_a_wallet_no_further_than_it_goes() -> None:
    customer_id = filled_wallet("10.00")
    token = wallet_token(customer_id)

    def spend(number: int) -> PaymentState:
        order_id = new_order()
        use(Payments, timeout=30).authorise(order_id=order_id, amount=pounds("3.00"), payment_method=token)
        return use(Payments, timeout=30).capture(order_id=order_id).state

    answers = at_once(spend, threads=8)
    assert Counter(getattr(answer, "reason", answer) for answer in answers) == {
        PaymentState.CAPTURED: 3,
        "insufficient_funds": 5,
    }
    assert use(Payments).wallet(customer_id=customer_id).available == pounds("1.00")
    assert_books_agree()


def test_top_ups_spending_and_refunds_at_once_lose_no_penny() -> None:
    customer_id = filled_wallet("10.00")
    token, orders = wallet_token(customer_id), [new_order() for _ in range(4)]
    for order_id in orders[:2]:
        use(Payments).authorise(order_id=order_id, amount=pounds("2.00"), payment_method=token)
        use(Payments).capture(order_id=order_id)

    def act(number: int) -> object:
        payments = use(Payments, timeout=30)
        if number < 2:
            return payments.top_up_wallet(customer_id=customer_id, amount=pounds("1.00"), reason="sorry")
        if number < 4:
            return payments.refund(order_id=orders[number - 2], amount=pounds("2.00"), reason="broken")
        return payments.authorise(order_id=orders[2 + number % 2], amount=pounds("3.00"), payment_method=token)

    answers = at_once(act, threads=8)
    assert not [answer for answer in answers if isinstance(answer, BaseException)], answers
    wallet = use(Payments).wallet(customer_id=customer_id)
    assert (wallet.balance, wallet.available) == (pounds("12.00"), pounds("6.00"))
    assert_books_agree()


def test_top_up_that_arrives_eight_times_at_once_with_one_key_happens_once() -> None:
    customer_id = filled_wallet("10.00")
    answers = at_once(
        lambda number: use(Payments, idempotency_key="t", timeout=30).top_up_wallet(
            customer_id=customer_id, amount=pounds("5.00"), reason="sorry"
        ),
        threads=8,
    )
    assert {answer.balance for answer in answers} == {pounds("15.00")}
    assert_books_agree()


def test_gift_card_that_is_issued_eight_times_at_once_with_one_key_is_one() -> None:
    answers = at_once(
        lambda number: use(Payments, idempotency_key="g", timeout=30).issue_gift_card(
            amount=pounds("5.00"), recipient="bob@example.com", message="hello"
        ),
        threads=8,
    )
    assert len(set(answers)) == 1
    assert rows("SELECT count(*), sum(balance) FROM stored_value") == [(1, 5)]
    assert_books_agree()


@pytest.mark.parametrize("afterwards", ["same key", "job"])
@pytest.mark.parametrize("kind", KINDS)
def test_process_that_dies_after_money_moved_moves_it_once(kind: str, afterwards: str, dying: type[Dying]) -> None:
    customer_id = filled_wallet("10.00")
    command = _command(kind, wallet_token(customer_id))
    dying.kind = kind
    with pytest.raises(Killed):
        command()
    dying.kind = ""
    if afterwards == "job":
        assert settle_pending(at=SOON) == 1
    command()
    command()
    spent = {"authorise": ("10.00", "6.00"), "capture": ("6.00", "6.00"), "void": ("10.00", "10.00")}
    balance, available = spent.get(kind, ("7.00", "7.00"))
    wallet = use(Payments).wallet(customer_id=customer_id)
    assert (wallet.balance, wallet.available) == (pounds(balance), pounds(available))
    assert_books_agree()


def _command(kind: str, token: str) -> Callable[[], object]:
    """A payment with a wallet that is ready for this command, and the command with one key, as a saga repeats it."""
    order_id, payments = new_order(), use(Payments, idempotency_key="step")
    if kind == "authorise":
        return lambda: payments.authorise(order_id=order_id, amount=pounds("4.00"), payment_method=token)
    use(Payments).authorise(order_id=order_id, amount=pounds("4.00"), payment_method=token)
    if kind == "capture":
        return lambda: payments.capture(order_id=order_id)
    if kind == "void":
        return lambda: payments.void(order_id=order_id, reason="compensation")
    use(Payments).capture(order_id=order_id)
    return lambda: payments.refund(order_id=order_id, amount=pounds("1.00"), reason="broken")


def test_audit_in_the_middle_of_everything_sees_one_moment() -> None:
    token = wallet_token(filled_wallet("100.00"))
    findings: list[str] = []

    def act(number: int) -> None:
        for _ in range(3):
            if number == 0:
                findings.extend(audit_ledger().findings)
                continue
            order_id = new_order()
            use(Payments, timeout=30).authorise(order_id=order_id, amount=pounds("1.00"), payment_method=token)
            use(Payments, timeout=30).capture(order_id=order_id)

    assert [error for error in at_once(act, threads=5) if error is not None] == []
    assert findings == []
    with atomic("payments"), pytest.raises(RuntimeError, match="transaction of its own"):
        audit_ledger()
    assert_books_agree()


def test_wallet_is_read_as_it_was_and_from_a_snapshot_of_many_events() -> None:
    customer_id = filled_wallet("1.00")
    for _ in range(stored_value.WALLET.snapshot_every):
        use(Payments).top_up_wallet(customer_id=customer_id, amount=pounds("1.00"), reason="sorry")
    wallet = stored_value.wallets.get(customer_id)
    assert wallet.state.balance == stored_value.WALLET.snapshot_every + 1
    assert stored_value.wallets.get(customer_id, as_of=3).state.balance == 2
    assert rows("SELECT count(*) FROM snapshot") == [(1,)]
    assert_books_agree()


def test_database_itself_refuses_a_balance_below_zero() -> None:
    filled_wallet("10.00")
    with pytest.raises(IntegrityError, match="stored_value_never_below_zero"):
        rows("UPDATE stored_value SET held = 10.01 RETURNING account")


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE stored_value SET balance = balance + 1", "is not what its events make it"),
        ("UPDATE stored_value SET is_blocked = true", "is not what its events make it"),
        ("DELETE FROM stored_value WHERE account LIKE 'gift_card:%'", "has events and no row"),
        ("DELETE FROM event_log WHERE stream LIKE 'wallet:%'", "has a row and no events"),
        ("UPDATE ledger_entry SET amount = amount * 2 WHERE stream LIKE 'wallet:%'", "its events move"),
        ("DELETE FROM ledger_entry WHERE account LIKE 'gift_card:%'", "not to zero"),
        ("UPDATE ledger_entry SET account = 'wallet:x' WHERE account LIKE 'wallet:%'", "its events move"),
    ],
)
def test_what_was_changed_behind_the_events_is_found(statement: str, finding: str, admin_url: str) -> None:
    filled_wallet("10.00")
    issued("5.00")
    assert audit_ledger().findings == ()
    with psycopg.connect(admin_url, options="-c search_path=payments") as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement)  # type: ignore[arg-type]
    assert any(finding in found for found in audit_ledger().findings)
