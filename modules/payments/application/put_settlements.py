"""Take over money that moved elsewhere, in bulk: payments and ledger in one statement each, events in few."""

from __future__ import annotations

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentCaptured, PaymentRefunded, Settlement
from modules.payments.domain.ledger import LedgerAccount, movement
from modules.payments.infra import ledger
from modules.payments.infra.settlements import add
from seamline.contract import Event
from seamline.events import publish

CREDIT_NOTE = "credit note"
EVENTS_AT_ONCE = 2_000


def put_settlements(*, settlements: tuple[Settlement, ...]) -> int:
    """Book the settlements of orders that have no payment yet; answers how many. Of doubles the first one counts.

    A sale is shown as captured; a credit note as a payment of a negative amount, refunded. Neither is known to the
    provider, so neither can be refunded or voided here.
    """
    by_order: dict[OrderId, Settlement] = {}
    for settlement in settlements:
        by_order.setdefault(settlement.order_id, settlement)
    new = [by_order[order_id] for order_id in add(list(by_order.values()))]
    ledger.book_at(
        [
            (entry, settlement.settled_at)
            for settlement in new
            if settlement.amount.amount
            for entry in movement(
                cause=f"settlement:{settlement.order_id}",
                order_id=settlement.order_id,
                amount=settlement.amount,
                holder=LedgerAccount.ELSEWHERE,
            )
        ]
    )
    for start in range(0, len(new), EVENTS_AT_ONCE):
        publish(*(_event(settlement) for settlement in new[start : start + EVENTS_AT_ONCE]))
    return len(new)


def _event(settlement: Settlement) -> Event:
    amount = settlement.amount
    if amount.amount >= 0:
        return PaymentCaptured(order_id=settlement.order_id, amount=amount, captured_at=settlement.settled_at)
    return PaymentRefunded(
        order_id=settlement.order_id,
        amount=Money(amount=-amount.amount, currency=amount.currency),
        reason=CREDIT_NOTE,
        refunded_at=settlement.settled_at,
    )
