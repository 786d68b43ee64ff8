"""Take over money that moved elsewhere, in bulk: payments and ledger in one statement each, events in few."""

from __future__ import annotations

from contracts.kernel import Money, OrderId
from contracts.payments import PaymentCaptured, PaymentRefunded, Settlement
from modules.payments.domain.events import SettlementTaken
from modules.payments.infra import ledger, streams
from modules.payments.infra.settlements import add
from seamline.contract import Event

CREDIT_NOTE = "credit note"
SETTLEMENTS_AT_ONCE = 2_500


def put_settlements(*, settlements: tuple[Settlement, ...]) -> int:
    """Book the settlements of orders that have no payment yet; answers how many. Of doubles the first one counts.

    A sale is shown as captured; a credit note as a payment of a negative amount, refunded. Neither is known to the
    provider, so neither can be refunded or voided here.
    """
    by_order: dict[OrderId, Settlement] = {}
    for settlement in settlements:
        by_order.setdefault(settlement.order_id, settlement)
    new = [by_order[order_id] for order_id in add(list(by_order.values()))]
    for start in range(0, len(new), SETTLEMENTS_AT_ONCE):
        saved = streams.save_all(
            [
                (streams.payments.new(settlement.order_id), _events(settlement))
                for settlement in new[start : start + SETTLEMENTS_AT_ONCE]
            ]
        )
        ledger.book([entry for each in saved for entry in each.entries])
    return len(new)


def _events(settlement: Settlement) -> tuple[Event, Event]:
    taken = SettlementTaken(order_id=settlement.order_id, amount=settlement.amount, settled_at=settlement.settled_at)
    return taken, _event(settlement)


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
