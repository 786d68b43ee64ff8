"""Paying with wallets and gift cards through the contract: what is owed, held, spent and given back, to the penny."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from contracts.kernel import CustomerId, Money
from contracts.payments import (
    CardDeclined,
    InvalidAmount,
    Payments,
    PaymentState,
    UnknownGiftCard,
    WrongPaymentState,
)
from modules.payments.application.balances import balances
from modules.payments.tests.helpers import (
    assert_books_agree,
    card,
    filled_wallet,
    issued,
    new_order,
    pounds,
    rows,
    wallet_token,
)
from seamline.calls import use
from seamline.contract import Secret
from seamline.eventsourcing import FORGOTTEN, forget_subject
from seamline.eventsourcing.verifying import verify

pytestmark = pytest.mark.usefixtures("database", "runner")


def in_ledger(account: str) -> Decimal:
    """What the ledger has for an account."""
    return sum((money.amount for money in balances().get(account, ())), Decimal(0))


def test_order_paid_with_a_wallet_moves_money_from_the_wallet_to_sales() -> None:
    customer_id, order_id = filled_wallet("10.00"), new_order()
    use(Payments).authorise(order_id=order_id, amount=pounds("4.00"), payment_method=wallet_token(customer_id))
    held = use(Payments).wallet(customer_id=customer_id)
    assert (held.balance, held.available) == (pounds("10.00"), pounds("6.00"))
    assert use(Payments).capture(order_id=order_id).state is PaymentState.CAPTURED
    spent = use(Payments).wallet(customer_id=customer_id)
    assert (spent.balance, spent.available) == (pounds("6.00"), pounds("6.00"))
    assert balances() == {
        "wallet": (pounds("-6.00"),),
        "goodwill": (pounds("10.00"),),
        "sales": (pounds("-4.00"),),
    }
    assert rows("SELECT sum(amount) FROM ledger_entry WHERE account = %s", [f"wallet:{customer_id}"]) == [(-6,)]
    assert rows("SELECT count(*) FROM sandbox_operation") == [(0,)]
    assert_books_agree()


def test_refund_goes_back_to_the_wallet_that_paid() -> None:
    customer_id, order_id = filled_wallet("10.00"), new_order()
    use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=wallet_token(customer_id))
    use(Payments).capture(order_id=order_id)
    for _ in range(2):
        use(Payments, idempotency_key="r").refund(order_id=order_id, amount=pounds("4.00"), reason="broken")
    assert use(Payments).wallet(customer_id=customer_id).available == pounds("4.00")
    use(Payments).void(order_id=order_id, reason="lost")
    assert use(Payments).wallet(customer_id=customer_id).available == pounds("10.00")
    assert in_ledger("sales") == in_ledger("stored_value") == 0
    assert_books_agree()


def test_voided_payment_frees_what_it_held() -> None:
    customer_id, order_id = filled_wallet("10.00"), new_order()
    use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=wallet_token(customer_id))
    for _ in range(2):
        use(Payments).void(order_id=order_id, reason="changed my mind")
    assert use(Payments).wallet(customer_id=customer_id).available == pounds("10.00")
    assert use(Payments).payment(order_id=order_id).state is PaymentState.VOIDED
    assert_books_agree()


def test_wallet_without_enough_is_declined_and_stays_as_it_is() -> None:
    customer_id = filled_wallet("10.00")
    for payer, amount in ((customer_id, "10.01"), (CustomerId(uuid.uuid4()), "1.00")):
        with pytest.raises(CardDeclined) as refused:
            use(Payments).authorise(order_id=new_order(), amount=pounds(amount), payment_method=wallet_token(payer))
        assert refused.value.reason == "insufficient_funds"
    assert use(Payments).wallet(customer_id=customer_id).available == pounds("10.00")
    assert_books_agree()


def test_order_in_another_currency_is_declined() -> None:
    with pytest.raises(CardDeclined) as refused:
        use(Payments).authorise(
            order_id=new_order(),
            amount=Money(amount=Decimal("1.00"), currency="EUR"),
            payment_method=wallet_token(filled_wallet()),
        )
    assert refused.value.reason == "wrong_currency"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "10000000.00", "1E+40", "NaN"])
def test_amount_that_cannot_be_stored_is_refused(amount: str) -> None:
    for fill in (
        lambda: use(Payments).top_up_wallet(
            customer_id=CustomerId(uuid.uuid4()), amount=Money(amount=Decimal(amount)), reason="sorry"
        ),
        lambda: use(Payments).issue_gift_card(amount=Money(amount=Decimal(amount)), recipient="", message=""),
    ):
        with pytest.raises(InvalidAmount):
            fill()
    assert rows("SELECT count(*) FROM stored_value") == [(0,)]


def test_wallet_keeps_the_currency_it_was_opened_in() -> None:
    customer_id = filled_wallet("10.00")
    with pytest.raises(InvalidAmount):
        use(Payments).top_up_wallet(
            customer_id=customer_id, amount=Money(amount=Decimal("1.00"), currency="EUR"), reason="sorry"
        )
    assert use(Payments).wallet(customer_id=customer_id).balance == pounds("10.00")


def test_gift_card_pays_until_it_is_empty_however_its_code_is_written() -> None:
    gift = issued("10.00")
    for amount in ("6.00", "4.00"):
        order_id = new_order()
        method = use(Payments).pay_with_gift_card(code=Secret(gift.code.lower().replace("-", " ")))
        assert (method.brand, method.last4) == ("Gift card", gift.card_id.hex[-4:])
        use(Payments).authorise(order_id=order_id, amount=pounds(amount), payment_method=method.token)
        use(Payments).capture(order_id=order_id)
    assert use(Payments).gift_card(code=gift.code).balance == pounds("0.00")
    assert in_ledger("gift_cards_sold") == -in_ledger("sales") == 10
    assert_books_agree()


def test_code_of_a_gift_card_is_kept_nowhere() -> None:
    gift = use(Payments, idempotency_key="g").issue_gift_card(amount=pounds("10.00"), recipient="b@x.org", message="")
    again = use(Payments, idempotency_key="g").issue_gift_card(amount=pounds("10.00"), recipient="b@x.org", message="")
    assert again == gift
    use(Payments).pay_with_gift_card(code=gift.code)
    plain = gift.code.replace("-", "")
    for (table,) in rows(
        "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
    ):
        for (row,) in rows(f'SELECT t::text FROM "{table}" AS t'):
            assert gift.code not in row, table
            assert plain not in row, table
    assert rows("SELECT count(*), sum(balance) FROM stored_value") == [(1, Decimal("10.00"))]


@pytest.mark.parametrize("code", ["", "nonsense", "0000-0000-0000-0000", "0" * 10_000, "ÀÀÀÀ-0000-0000-0000"])
def test_unknown_code_is_answered_in_one_way(code: str) -> None:
    issued()
    for ask in (use(Payments).gift_card, use(Payments).pay_with_gift_card):
        with pytest.raises(UnknownGiftCard):
            ask(code=Secret(code))


def test_forgotten_recipient_leaves_money_and_chain_as_they_are() -> None:
    gift = issued("10.00")
    assert use(Payments).gift_card(code=gift.code).message == "Happy birthday"
    (stored,) = rows("SELECT data::text FROM event_log WHERE name = 'payments.gift_card_issued'")[0]
    assert "bob@example.com" not in stored
    assert "birthday" not in stored
    forget_subject("payments", str(gift.card_id), by="operator:olivia", reason="asked")
    known = use(Payments).gift_card(code=gift.code)
    assert (known.message, known.balance) == (FORGOTTEN, pounds("10.00"))
    assert verify("payments").findings == ()
    assert_books_agree()


def test_blocked_gift_card_pays_nothing_more_but_takes_money_back() -> None:
    gift, order_id = issued("10.00"), new_order()
    token = use(Payments).pay_with_gift_card(code=gift.code).token
    use(Payments).authorise(order_id=order_id, amount=pounds("4.00"), payment_method=token)
    for _ in range(2):
        use(Payments).block_gift_card(card_id=gift.card_id, reason="stolen")
    use(Payments).capture(order_id=order_id)
    with pytest.raises(CardDeclined) as refused:
        use(Payments).authorise(order_id=new_order(), amount=pounds("1.00"), payment_method=token)
    assert refused.value.reason == "blocked"
    use(Payments).refund(order_id=order_id, amount=pounds("1.00"), reason="broken")
    assert use(Payments).gift_card(code=gift.code).balance == pounds("7.00")
    with pytest.raises(UnknownGiftCard):
        use(Payments).block_gift_card(card_id=uuid.uuid4(), reason="stolen")
    assert_books_agree()


def test_no_bank_takes_back_what_a_wallet_paid() -> None:
    customer_id, order_id = filled_wallet("10.00"), new_order()
    use(Payments).authorise(order_id=order_id, amount=pounds("10.00"), payment_method=wallet_token(customer_id))
    use(Payments).capture(order_id=order_id)
    with pytest.raises(WrongPaymentState):
        use(Payments).charge_back(order_id=order_id, amount=pounds("1.00"), reason="fraud")


def test_cards_and_wallets_stand_side_by_side_in_one_ledger() -> None:
    customer_id, gift = filled_wallet("10.00"), issued("10.00")
    for token in (card(), wallet_token(customer_id), use(Payments).pay_with_gift_card(code=gift.code).token):
        order_id = new_order()
        use(Payments).authorise(order_id=order_id, amount=pounds("3.00"), payment_method=token)
        use(Payments).capture(order_id=order_id)
    assert (in_ledger("provider"), in_ledger("sales"), in_ledger("stored_value")) == (3, -9, 0)
    assert_books_agree()
