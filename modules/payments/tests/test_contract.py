"""The behaviour that the payments contract promises, through the client, directly and through the codec."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from contracts.kernel import Money
from contracts.payments import (
    CardDeclined,
    InvalidCard,
    Payments,
    PaymentState,
    ProviderTimedOut,
    RefundTooLarge,
    Settlement,
    UnknownPayment,
    UnknownPaymentMethod,
    WrongPaymentState,
)
from modules.payments.tests.helpers import (
    DECLINES,
    DECLINES_CAPTURE,
    LOSES_ANSWER,
    LOSES_REQUEST,
    assert_books_agree,
    authorised,
    captured,
    card,
    events,
    new_order,
    pounds,
    rows,
)
from seamline.calls import use
from seamline.contract import IdempotencyKeyReuse, Secret

pytestmark = pytest.mark.usefixtures("database", "runner")


def register(number: str, *, month: int = 12, year: int = 0, code: str = "123", key: str | None = None):
    return use(Payments, idempotency_key=key).register_card(
        number=Secret(number),
        expiry_month=month,
        expiry_year=year or timezone.now().year + 1,
        security_code=Secret(code),
    )


@pytest.mark.parametrize(
    ("number", "brand"),
    [("4242 4242 4242 4242", "Visa"), ("5555-5555-5555-4444", "Mastercard"), ("378282246310005", "American Express")],
)
def test_card_gets_a_token_and_its_number_is_nowhere_in_the_database(number: str, brand: str) -> None:
    method = register(number, code="4321")
    digits = number.replace(" ", "").replace("-", "")
    assert (method.brand, method.last4) == (brand, digits[-4:])
    tables = [name for (name,) in rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")]
    assert len(tables) > 5
    for table in tables:
        search = f"SELECT 1 FROM {table} AS t WHERE t::text LIKE %s OR t::text LIKE %s"
        assert rows(search, [f"%{digits}%", f"%{number}%"]) == []


@pytest.mark.parametrize(
    ("field", "arguments"),
    [
        ("number", {"number": "4242424242424241"}),
        ("number", {"number": "4242"}),
        ("number", {"number": "4242x24242424242"}),
        ("expiry_month", {"number": "4242424242424242", "month": 13}),
        ("expiry_year", {"number": "4242424242424242", "year": 2019}),
        ("expiry_year", {"number": "4242424242424242", "year": 29}),
        ("expiry_year", {"number": "4242424242424242", "year": 9999}),
        ("security_code", {"number": "4242424242424242", "code": "12"}),
        ("security_code", {"number": "4242424242424242", "code": "12a"}),
    ],
)
def test_card_that_cannot_be_one_is_refused_by_field(field: str, arguments: dict) -> None:
    with pytest.raises(InvalidCard) as caught:
        register(**arguments)
    assert caught.value.field == field
    assert rows("SELECT token FROM payment_method") == []


def test_card_registered_twice_with_one_key_is_one_token() -> None:
    assert register("4242424242424242", key="k") == register("4242424242424242", key="k")
    assert len(rows("SELECT token FROM payment_method")) == 1
    assert register("4242424242424242", key="other").token != register("4242424242424242", key="k").token
    with pytest.raises(IdempotencyKeyReuse):
        register("4242424242424242", month=11, key="k")


def balances() -> dict[str, Decimal]:
    """What is in each account of the ledger; empty ones are left out."""
    return dict(rows("SELECT account, sum(amount) FROM ledger_entry GROUP BY 1 HAVING sum(amount) <> 0"))


def test_purchase_is_authorised_then_captured() -> None:
    order_id, token = new_order(), card()
    payment = use(Payments).authorise(order_id=order_id, amount=pounds("12.34"), payment_method=token)
    assert (payment.state, payment.amount, payment.method.last4) == (PaymentState.AUTHORISED, pounds("12.34"), "4242")
    assert balances() == {"authorised": Decimal("12.34"), "promised": Decimal("-12.34")}
    payment = use(Payments).capture(order_id=order_id)
    assert payment.state is PaymentState.CAPTURED
    assert use(Payments).payment(order_id=order_id) == payment
    assert use(Payments).payments(order_ids=(order_id, new_order())) == {order_id: payment}
    assert events() == ["payments.payment_authorised", "payments.payment_captured"]
    assert balances() == {"provider": Decimal("12.34"), "sales": Decimal("-12.34")}
    assert_books_agree()


def test_second_authorisation_of_an_order_answers_the_first_outcome() -> None:
    order_id = new_order()
    first = use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=card())
    again = use(Payments).authorise(order_id=order_id, amount=pounds("99.00"), payment_method=card(DECLINES))
    assert again == first
    assert rows("SELECT count(*) FROM sandbox_charge") == [(1,)]


def test_second_payment_with_same_key_charges_once() -> None:
    order_id, token = new_order(), card()
    for _ in range(2):
        use(Payments, idempotency_key="a").authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
        use(Payments, idempotency_key="c").capture(order_id=order_id)
        use(Payments, idempotency_key="r").refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    assert rows("SELECT captured, refunded FROM sandbox_charge") == [(Decimal("10.00"), Decimal("4.00"))]
    with pytest.raises(IdempotencyKeyReuse):
        use(Payments, idempotency_key="r").refund(order_id=order_id, amount=pounds("5.00"), reason="broken")
    assert_books_agree()


def test_unknown_or_expired_token_is_refused() -> None:
    with pytest.raises(UnknownPaymentMethod):
        use(Payments).authorise(order_id=new_order(), amount=pounds("10.00"), payment_method="tok_nothing")
    token = card()
    rows("UPDATE payment_method SET expires_at = now() - interval '1 second' RETURNING token")
    order_id = new_order()
    with pytest.raises(UnknownPaymentMethod):
        use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=token)
    with pytest.raises(UnknownPayment):
        use(Payments).payment(order_id=order_id)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.001", "10000000.00"])
def test_amount_that_cannot_be_charged_is_declined_before_the_provider_is_asked(amount: str) -> None:
    with pytest.raises(CardDeclined):
        use(Payments).authorise(order_id=new_order(), amount=pounds(amount), payment_method=card())
    assert rows("SELECT * FROM sandbox_charge") == []


def test_declined_card_is_declined_again_and_again() -> None:
    order_id = new_order()
    for number in (DECLINES, "4242424242424242"):
        with pytest.raises(CardDeclined) as caught:
            use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=card(number))
        assert caught.value.reason == "card_declined"
    assert use(Payments).payment(order_id=order_id).decline_reason == "card_declined"
    assert events() == ["payments.payment_refused"]
    with pytest.raises(CardDeclined):
        use(Payments).capture(order_id=order_id)
    assert_books_agree()


def test_capture_that_the_bank_declines_moves_no_money() -> None:
    order_id = authorised(number=DECLINES_CAPTURE)
    for _ in range(2):
        with pytest.raises(CardDeclined):
            use(Payments).capture(order_id=order_id)
    use(Payments).void(order_id=order_id, reason="compensation")
    assert use(Payments).payment(order_id=order_id).state is PaymentState.DECLINED
    assert_books_agree()


def test_lost_answer_is_asked_for_when_called_again() -> None:
    order_id, token = new_order(), card(LOSES_ANSWER)
    with pytest.raises(ProviderTimedOut):
        use(Payments, idempotency_key="k").authorise(order_id=order_id, amount=pounds("5.00"), payment_method=token)
    assert use(Payments).payment(order_id=order_id).state is PaymentState.PENDING
    again = use(Payments, idempotency_key="k").authorise(order_id=order_id, amount=pounds("5.00"), payment_method=token)
    assert again.state is PaymentState.AUTHORISED
    assert use(Payments).capture(order_id=order_id).state is PaymentState.CAPTURED
    assert_books_agree()


def test_lost_request_stays_pending_and_can_be_voided() -> None:
    order_id, token = new_order(), card(LOSES_REQUEST)
    for _ in range(2):
        with pytest.raises(ProviderTimedOut):
            use(Payments).authorise(order_id=order_id, amount=pounds("5.00"), payment_method=token)
    with pytest.raises(WrongPaymentState) as caught:
        use(Payments).capture(order_id=order_id)
    assert caught.value.state is PaymentState.PENDING
    use(Payments).void(order_id=order_id, reason="compensation")
    assert use(Payments).payment(order_id=order_id).state is PaymentState.VOIDED
    with pytest.raises(CardDeclined) as declined:
        use(Payments).authorise(order_id=order_id, amount=pounds("5.00"), payment_method=token)
    assert declined.value.reason == "voided"
    assert rows("SELECT * FROM sandbox_charge") == []


def test_operations_on_orders_without_payment_are_refused() -> None:
    order_id = new_order()
    with pytest.raises(UnknownPayment):
        use(Payments).payment(order_id=order_id)
    with pytest.raises(UnknownPayment):
        use(Payments).capture(order_id=order_id)
    with pytest.raises(UnknownPayment):
        use(Payments).refund(order_id=order_id, amount=pounds("1.00"), reason="wish")


def test_voided_authorisation_is_let_go_and_cannot_be_captured() -> None:
    order_id = authorised()
    for _ in range(2):
        use(Payments).void(order_id=order_id, reason="compensation")
    assert use(Payments).payment(order_id=order_id).state is PaymentState.VOIDED
    assert rows("SELECT voided FROM sandbox_charge") == [(True,)]
    for act in (
        lambda: use(Payments).capture(order_id=order_id),
        lambda: use(Payments).refund(order_id=order_id, amount=pounds("1.00"), reason="wish"),
    ):
        with pytest.raises(WrongPaymentState) as caught:
            act()
        assert caught.value.state is PaymentState.VOIDED
    assert events().count("payments.payment_voided") == 1
    assert_books_agree()


def test_void_before_authorisation_refuses_the_authorisation() -> None:
    order_id = new_order()
    for _ in range(2):
        use(Payments).void(order_id=order_id, reason="compensation")
    with pytest.raises(UnknownPayment):
        use(Payments).payment(order_id=order_id)
    assert use(Payments).payments(order_ids=(order_id,)) == {}
    with pytest.raises(CardDeclined) as caught:
        use(Payments).authorise(order_id=order_id, amount=pounds("5.00"), payment_method=card())
    assert caught.value.reason == "voided"
    assert rows("SELECT * FROM sandbox_charge") == []
    assert events() == []
    with pytest.raises(UnknownPayment):
        use(Payments).capture(order_id=order_id)


def test_voided_capture_gives_all_the_money_back_that_is_left() -> None:
    order_id = captured("10.00")
    use(Payments).refund(order_id=order_id, amount=pounds("3.00"), reason="broken")
    for _ in range(2):
        use(Payments).void(order_id=order_id, reason="cancelled")
    payment = use(Payments).payment(order_id=order_id)
    assert (payment.state, payment.refunded) == (PaymentState.REFUNDED, pounds("10.00"))
    assert events().count("payments.payment_refunded") == 2
    assert_books_agree()


def test_refunds_add_up_to_what_was_captured_and_no_further() -> None:
    order_id = captured("10.00")
    part = use(Payments).refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    assert (part.state, part.refunded) == (PaymentState.CAPTURED, pounds("4.00"))
    with pytest.raises(RefundTooLarge) as caught:
        use(Payments).refund(order_id=order_id, amount=pounds("6.01"), reason="broken")
    assert caught.value.refundable == pounds("6.00")
    rest = use(Payments).refund(order_id=order_id, amount=pounds("6.00"), reason="broken")
    assert rest.state is PaymentState.REFUNDED
    with pytest.raises(RefundTooLarge):
        use(Payments).refund(order_id=order_id, amount=pounds("0.01"), reason="wish")
    assert use(Payments).capture(order_id=order_id) == rest
    assert_books_agree()


@pytest.mark.parametrize(
    "amount", [pounds("0.00"), pounds("-1.00"), pounds("0.001"), Money(amount=Decimal("1.00"), currency="EUR")]
)
def test_refund_of_what_is_no_amount_of_the_payment_is_refused(amount: Money) -> None:
    order_id = captured()
    with pytest.raises(RefundTooLarge):
        use(Payments).refund(order_id=order_id, amount=amount, reason="wish")


def test_refund_before_capture_is_refused() -> None:
    with pytest.raises(WrongPaymentState) as caught:
        use(Payments).refund(order_id=authorised(), amount=pounds("1.00"), reason="wish")
    assert caught.value.state is PaymentState.AUTHORISED


def test_chargeback_is_booked_and_what_is_gone_cannot_be_given_back_as_well() -> None:
    order_id = captured("10.00")
    payment = use(Payments).charge_back(order_id=order_id, amount=pounds("7.00"), reason="fraud")
    assert (payment.charged_back, payment.refunded) == (pounds("7.00"), pounds("0.00"))
    for wanted in (
        lambda: use(Payments).refund(order_id=order_id, amount=pounds("3.01"), reason="wish"),
        lambda: use(Payments).charge_back(order_id=order_id, amount=pounds("3.01"), reason="fraud"),
    ):
        with pytest.raises(RefundTooLarge) as caught:
            wanted()
        assert caught.value.refundable == pounds("3.00")
    use(Payments).refund(order_id=order_id, amount=pounds("3.00"), reason="wish")
    assert balances() == {"sales": Decimal("-7.00"), "chargebacks": Decimal("7.00")}
    assert events()[-2:] == ["payments.payment_charged_back", "payments.payment_refunded"]


def test_chargeback_of_what_was_never_captured_is_refused() -> None:
    with pytest.raises(UnknownPayment):
        use(Payments).charge_back(order_id=new_order(), amount=pounds("1.00"), reason="fraud")
    with pytest.raises(WrongPaymentState):
        use(Payments).charge_back(order_id=authorised(), amount=pounds("1.00"), reason="fraud")


def test_money_from_elsewhere_is_taken_over_once_with_ledger_and_events() -> None:
    at = datetime(2011, 12, 9, 12, 50, tzinfo=UTC)
    sale, credit, nothing = new_order(), new_order(), new_order()
    settlements = (
        Settlement(order_id=sale, amount=pounds("139.12"), settled_at=at),
        Settlement(order_id=credit, amount=pounds("-27.50"), settled_at=at),
        Settlement(order_id=nothing, amount=pounds("0.00"), settled_at=at),
        Settlement(order_id=sale, amount=pounds("1.00"), settled_at=at),
    )
    assert use(Payments).put_settlements(settlements=settlements) == 3
    assert use(Payments).put_settlements(settlements=settlements) == 0
    payments = use(Payments).payments(order_ids=(sale, credit, nothing))
    assert payments[sale].amount == pounds("139.12")
    assert payments[sale].state is PaymentState.CAPTURED
    assert payments[credit].amount == pounds("-27.50")
    assert payments[credit].state is PaymentState.REFUNDED
    assert rows("SELECT account, sum(amount), max(at) FROM ledger_entry GROUP BY account ORDER BY account") == [
        ("elsewhere", Decimal("111.62"), at),
        ("sales", Decimal("-111.62"), at),
    ]
    assert sorted(events()) == ["payments.payment_captured"] * 2 + ["payments.payment_refunded"]


def test_money_from_elsewhere_cannot_be_given_back_through_the_provider() -> None:
    order_id = new_order()
    settlement = Settlement(order_id=order_id, amount=pounds("10.00"), settled_at=timezone.now())
    use(Payments).put_settlements(settlements=(settlement,))
    with pytest.raises(WrongPaymentState):
        use(Payments).refund(order_id=order_id, amount=pounds("1.00"), reason="wish")
    use(Payments).void(order_id=order_id, reason="wish")
    assert use(Payments).payment(order_id=order_id).state is PaymentState.CAPTURED
