"""The gift card with a code. A code that cannot be one, is unknown or wrong is answered in one way."""

from __future__ import annotations

import hmac
from uuid import UUID

from contracts.payments import GiftCard, UnknownGiftCard
from modules.payments.domain import gift_codes
from modules.payments.domain.stored_value import StoredValue
from modules.payments.infra import stored_value


def gift_card(*, code: str) -> GiftCard:
    """The gift card with a code.

    :raises UnknownGiftCard: there is none.
    """
    card_id, state = found(code)
    return GiftCard(
        card_id=card_id,
        balance=state.money(state.balance),
        available=state.available,
        message=state.message,
        is_blocked=state.is_blocked,
    )


def found(code: str) -> tuple[UUID, StoredValue]:
    """The id and the state of the card with a code.

    :raises UnknownGiftCard: there is none.
    """
    if not gift_codes.is_code(code):
        raise UnknownGiftCard
    card_id = gift_codes.card_id_of(code)
    state = stored_value.gift_cards.find(card_id).state
    if not hmac.compare_digest(state.code_hash, gift_codes.hash_of(code)):
        raise UnknownGiftCard
    return card_id, state
