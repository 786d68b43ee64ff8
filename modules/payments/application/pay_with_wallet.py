"""A token that pays from a customer's wallet. Who may have it is for the caller to know."""

from __future__ import annotations

from contracts.kernel import CustomerId
from contracts.payments import PaymentMethod
from modules.payments.infra import methods, stored_value

BRAND = "Wallet"


def pay_with_wallet(*, customer_id: CustomerId) -> PaymentMethod:
    """A token that pays from a customer's wallet."""
    return methods.keep(
        token=methods.token_of_call(), card=stored_value.WALLET.stream(customer_id), brand=BRAND, last4=""
    )
