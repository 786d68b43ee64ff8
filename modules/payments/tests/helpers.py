"""What several tests of payments need: cards, books of both sides, providers that fail."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from contracts.kernel import CustomerId, Money, OrderId
from contracts.payments import IssuedGiftCard, Payments
from modules.payments.application.audit_ledger import audit_ledger
from modules.payments.application.ports import Answer, ProviderSilent
from modules.payments.infra.sandbox import SandboxProvider
from seamline.calls import use
from seamline.contract import Secret
from seamline.data import connection_for

APPROVES = "4242424242424242"
DECLINES = "4000000000000002"
DECLINES_CAPTURE = "4000000000000341"
LOSES_ANSWER = "4000000000000119"
LOSES_REQUEST = "4000000000000127"


def new_order() -> OrderId:
    return OrderId(uuid.uuid4())


def pounds(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def card(number: str = APPROVES) -> str:
    """A token of this card."""
    method = use(Payments).register_card(
        number=Secret(number), expiry_month=12, expiry_year=timezone.now().year + 2, security_code=Secret("123")
    )
    return method.token


def authorised(amount: str = "10.00", number: str = APPROVES) -> OrderId:
    """An order with an authorised payment."""
    order_id = new_order()
    use(Payments).authorise(order_id=order_id, amount=pounds(amount), payment_method=card(number))
    return order_id


def captured(amount: str = "10.00") -> OrderId:
    """An order with a captured payment."""
    order_id = authorised(amount)
    use(Payments).capture(order_id=order_id)
    return order_id


def filled_wallet(amount: str = "10.00") -> CustomerId:
    """A customer with so much in the wallet."""
    customer_id = CustomerId(uuid.uuid4())
    use(Payments).top_up_wallet(customer_id=customer_id, amount=pounds(amount), reason="sorry")
    return customer_id


def issued(amount: str = "10.00") -> IssuedGiftCard:
    """A gift card of so much."""
    return use(Payments).issue_gift_card(amount=pounds(amount), recipient="bob@example.com", message="Happy birthday")


def wallet_token(customer_id: CustomerId) -> str:
    """A token that pays from this customer's wallet."""
    return use(Payments).pay_with_wallet(customer_id=customer_id).token


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with connection_for("payments").cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def events() -> list[str]:
    """The names of what was told to everybody, in order."""
    told = {event.event_name for event in Payments.events}
    return [name for (name,) in rows("SELECT name FROM event_log ORDER BY position") if name in told]


def assert_books_agree() -> None:
    """The shop's payments, its ledger and the provider's own books say the same, once nothing waits any more."""
    assert rows("SELECT key FROM provider_request WHERE is_open") == []
    assert rows("SELECT coalesce(sum(amount), 0) FROM ledger_entry") == [(Decimal(0),)]
    audit = audit_ledger()
    assert audit.findings == (), audit
    wrong = rows(
        """
        SELECT payment.order_id, payment.state, charge, ledger.amount
        FROM payment
        LEFT JOIN sandbox_charge AS charge ON charge.key = 'authorise:' || payment.order_id
        LEFT JOIN (
            SELECT key, sum(amount) AS amount FROM ledger_entry WHERE account = 'provider' GROUP BY key
        ) AS ledger ON ledger.key = payment.order_id::text
        WHERE NOT settled_elsewhere AND NOT card ~ '^(wallet|gift_card):' AND (
            coalesce(ledger.amount, 0) <> coalesce(charge.captured - charge.refunded, 0)
            OR coalesce(ledger.amount, 0) <>
               CASE WHEN state IN ('captured', 'refunded') THEN payment.amount - payment.refunded ELSE 0 END
            OR (state = 'voided' AND charge.authorised AND NOT charge.voided)
            OR payment.refunding <> 0
        )
        """
    )
    assert wrong == [], "(order, state, the provider's charge, the ledger's sum)"
    on_its_way = "SELECT coalesce(sum(amount), 0) FROM ledger_entry WHERE account = 'stored_value'"
    assert rows(on_its_way) == [(Decimal(0),)], "what wallets and gift cards paid and no payment has"
    promised = """
        SELECT coalesce(sum(amount), 0) FROM payment WHERE state = 'authorised' AND card ~ '^(wallet|gift_card):'
    """
    assert rows("SELECT coalesce(sum(held), 0) FROM stored_value") == rows(promised), "what is set aside"


class Failing(SandboxProvider):
    """The sandbox, but chosen calls fail: ``before`` the provider saw them, or ``after`` it acted on them."""

    def __init__(self) -> None:
        self.before: list[str] = []
        self.after: list[str] = []
        self.error: type[BaseException] = ProviderSilent
        self.on_call: Callable[[str], None] = lambda kind: None

    def authorise(self, **arguments: Any) -> Answer:
        return self._around("authorise", super().authorise, arguments)

    def capture(self, **arguments: Any) -> Answer:
        return self._around("capture", super().capture, arguments)

    def void(self, **arguments: Any) -> Answer:
        return self._around("void", super().void, arguments)

    def refund(self, **arguments: Any) -> Answer:
        return self._around("refund", super().refund, arguments)

    def _around(self, kind: str, call: Callable[..., Answer], arguments: dict[str, Any]) -> Answer:
        if kind in self.before:
            raise self.error(kind)
        answer = call(**arguments)
        self.on_call(kind)
        if kind in self.after:
            raise self.error(kind)
        return answer
