"""Make a gift card. Its code is answered and kept nowhere: neither in the log nor with the call's key."""

from __future__ import annotations

from django.utils import timezone

from contracts.kernel import Money
from contracts.payments import IssuedGiftCard
from modules.payments.domain import gift_codes
from modules.payments.domain import stored_value as rules
from modules.payments.domain.stored_value_events import GiftCardIssued
from modules.payments.infra import methods, stored_value
from seamline.contract import Secret
from seamline.data import atomic


def issue_gift_card(*, amount: Money, recipient: str, message: str) -> IssuedGiftCard:
    """Make a gift card. Run again for the same call, it makes the same code, which is kept nowhere, and no other card.

    :raises InvalidAmount: not above zero, not in whole pennies, or too large.
    """
    rules.check_amount(amount)
    code = gift_codes.code_of(methods.secret_of_call("gift card"))
    card_id = gift_codes.card_id_of(code)
    account = stored_value.GIFT_CARD.stream(card_id)
    issued = GiftCardIssued(
        account=account,
        card_id=str(card_id),
        amount=amount,
        code_hash=gift_codes.hash_of(code),
        recipient=recipient,
        message=message,
        issued_at=timezone.now(),
    )
    with atomic("payments"):
        stored_value.open_account(account, currency=amount.currency)
        stored_value.change(account, lambda state: () if state.account else (issued,))
    return IssuedGiftCard(card_id=card_id, code=Secret(code))
