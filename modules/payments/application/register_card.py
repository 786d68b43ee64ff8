"""Hand a card to the provider. The number goes through and stays nowhere: only brand and last digits are kept."""

from __future__ import annotations

from django.utils import timezone

from contracts.payments import PaymentMethod
from modules.payments.domain.cards import brand_of, card_number, check_expiry, check_security_code
from modules.payments.infra import methods
from modules.payments.infra.provider import provider


def register_card(*, number: str, expiry_month: int, expiry_year: int, security_code: str) -> PaymentMethod:
    """Keep the card with the provider and answer a token to pay with.

    The token is derived from the call's key under the installation's secret: run again after a crash, it is the same
    one, and nobody else can guess it.

    :raises InvalidCard: with the field that is not acceptable.
    """
    digits = card_number(number)
    check_expiry(month=expiry_month, year=expiry_year, today=timezone.localdate())
    check_security_code(security_code)
    token = methods.token_of_call()
    card = provider().store_card(
        key=token, number=digits, expiry_month=expiry_month, expiry_year=expiry_year, security_code=security_code
    )
    return methods.keep(token=token, card=card, brand=brand_of(digits), last4=digits[-4:])
