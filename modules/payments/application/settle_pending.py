"""Find out what became of requests whose caller is gone, and finish them. A job runs it; no payment hangs for ever."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from contracts.payments import PaymentState, ProviderTimedOut
from modules.payments.application.carry_out import carry_out, record
from modules.payments.application.ports import Answer
from modules.payments.domain.lifecycle import NEVER_ARRIVED, Outcome, RequestKind
from modules.payments.infra import books

logger = logging.getLogger(__name__)
BATCH = 50
GRACE = timedelta(minutes=15)
"""After this long, a request that the provider never saw will never reach it any more: longer than any timeout."""


def settle_pending(*, at: datetime | None = None) -> int:
    """Carry out every request that has waited too long; answers how many got their answer.

    An authorisation is only asked for, never sent: whoever wanted it may have gone. What the shop has decided already
    (capture, void, refund) is sent under its key.
    """
    now = at or timezone.now()
    return sum(_settle(request, now=now) for request in books.claim_overdue(now=now, limit=BATCH))


def _settle(request: books.Request, *, now: datetime) -> bool:
    account = books.read([request.order_id])[0]
    try:
        answered = carry_out(
            key=request.key,
            kind=request.kind,
            account=account,
            amount=request.amount,
            ask_first=True,
            may_send=request.kind is not RequestKind.AUTHORISE,
        )
    except ProviderTimedOut:
        logger.warning("The payment provider is silent about %s; it will be asked again.", request.key)
        return False
    if answered is None and request.created_at < now - GRACE:
        record(key=request.key, answer=Answer(outcome=Outcome.DECLINED, detail=NEVER_ARRIVED))
        return True
    return answered is not None and answered.state is not PaymentState.PENDING
