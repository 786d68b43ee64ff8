"""What happens here when orders are placed, cancelled or credited: the facts are kept. No handler counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from contracts.orders import CreditNoteIssued, OrderCancelled, OrderPlaced
from modules.analytics.domain.goods import goods_in
from modules.analytics.infra.facts import cancel_facts, keep_names, store_facts
from modules.analytics.models import FactKind, OrderFact
from seamline.events import Delivery

OrderEvent = OrderPlaced | OrderCancelled | CreditNoteIssued


def keep_facts(deliveries: Sequence[Delivery[OrderEvent]]) -> None:
    """Store a row for each order and credit note, and mark cancelled orders.

    The same events again, in this batch or another, leave the same rows: a fact is stored once by its order, and a
    cancellation follows its order in the log, so that all of a batch's orders are there before its cancellations.
    """
    facts: dict[UUID, OrderFact] = {}
    cancelled: dict[UUID, datetime] = {}
    names: dict[str, str] = {}
    for delivery in deliveries:
        event = delivery.event
        if isinstance(event, OrderCancelled):
            cancelled.setdefault(event.order_id, event.cancelled_at)
            continue
        goods: dict[str, str] = {}
        if isinstance(event, OrderPlaced):
            goods = goods_in(event.lines)
            names.update(goods)
        facts.setdefault(event.order_id, _fact(event, skus=sorted(goods)))
    store_facts(facts.values())
    cancel_facts(cancelled)
    keep_names(names)


def _fact(event: OrderPlaced | CreditNoteIssued, *, skus: list[str]) -> OrderFact:
    is_sale = isinstance(event, OrderPlaced)
    return OrderFact(
        order_id=event.order_id,
        kind=FactKind.SALE if is_sale else FactKind.CREDIT_NOTE,
        customer_id=event.customer_id,
        at=event.placed_at if isinstance(event, OrderPlaced) else event.issued_at,
        amount=event.total.amount,
        currency=event.total.currency,
        skus=skus,
    )
