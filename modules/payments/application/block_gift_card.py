"""Let nothing more be paid with a gift card."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from contracts.payments import UnknownGiftCard
from modules.payments.domain import stored_value as rules
from modules.payments.infra import stored_value
from modules.payments.models import LONGEST_REASON


def block_gift_card(*, card_id: UUID, reason: str) -> None:
    """Let nothing more be paid with a gift card, in the call's transaction.

    :raises UnknownGiftCard: there is none.
    """
    account, now = stored_value.GIFT_CARD.stream(card_id), timezone.now()
    if stored_value.change(account, lambda state: rules.block(state, reason=reason[:LONGEST_REASON], at=now)) is None:
        raise UnknownGiftCard
