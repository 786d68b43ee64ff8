"""A token that pays with a gift card, for whoever knows its code."""

from __future__ import annotations

from contracts.payments import PaymentMethod
from modules.payments.application.gift_card import found
from modules.payments.infra import methods, stored_value

BRAND = "Gift card"


def pay_with_gift_card(*, code: str) -> PaymentMethod:
    """A token that pays with a gift card; shown by the end of its id, for the code's own would give some of it away.

    :raises UnknownGiftCard: there is none with this code.
    """
    card_id, _ = found(code)
    return methods.keep(
        token=methods.token_of_call(),
        card=stored_value.GIFT_CARD.stream(card_id),
        brand=BRAND,
        last4=card_id.hex[-4:],
    )
