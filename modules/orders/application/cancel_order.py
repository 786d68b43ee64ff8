"""Cancel a placed order: its saga is written down under the order's lock, then run at once, here."""

from __future__ import annotations

import msgspec

from contracts.kernel import OrderId
from contracts.orders import Channel, NotCancellable, Order, OrderState, UnknownOrder
from modules.orders.application.cancel_saga import CANCEL, CancelState, cancel_id
from modules.orders.infra import orders
from seamline.calls import current_call, remaining_seconds
from seamline.contract import DeadlineExceeded
from seamline.data import atomic
from seamline.sagas import Runner, SagaExists, SagaStatus, instance, resume, run, start, wait_for

LONGEST_WAIT = 8.0
LONGEST_REASON = 200


def cancel_order(*, order_id: OrderId, reason: str) -> Order:
    """Give money and goods back, then the order is cancelled. An order is cancelled once, whoever asks.

    :raises UnknownOrder: no order has this id.
    :raises NotCancellable: it is not placed, or was imported.
    :raises DeadlineExceeded: the payment provider keeps silent; the cancellation goes on by itself.
    """
    runner = _begun(order_id=order_id, reason=reason[:LONGEST_REASON])
    if runner is not None:
        status = run(runner)
        if runner.result is not None:
            cancelled: Order = runner.result
            return cancelled
    else:
        status = resume("orders", id=cancel_id(order_id))
        if not status.is_over:
            status = wait_for("orders", id=cancel_id(order_id), seconds=min(LONGEST_WAIT, remaining_seconds() - 1.0))
    if not status.is_over:
        raise DeadlineExceeded(operation="orders.cancel_order")
    order = orders.by_id([order_id])[order_id].order
    if status is SagaStatus.COMPENSATED:
        raise NotCancellable(order_id=order_id, state=order.state)
    return order


def _begun(*, order_id: OrderId, reason: str) -> Runner | None:
    """The saga, new; None where this order's cancellation is under way, or this command has done it before."""
    key = current_call().idempotency_key
    try:
        with atomic("orders"):
            kept = orders.locked(order_id)
            if kept is None:
                raise UnknownOrder(order_id=order_id)
            if kept.order.channel is not Channel.SHOP:
                raise NotCancellable(order_id=order_id, state=kept.order.state)
            if kept.order.state is OrderState.PLACED:
                return start(
                    CANCEL, id=cancel_id(order_id), state=CancelState(order_id=order_id, reason=reason, key=key)
                )
    except SagaExists:
        return None
    if kept.order.state is OrderState.CANCELLED and _was_begun_by(key, order_id):
        return None
    raise NotCancellable(order_id=order_id, state=kept.order.state)


def _was_begun_by(key: str, order_id: OrderId) -> bool:
    found = instance("orders", id=cancel_id(order_id))
    return msgspec.convert(found.state, CancelState).key == key
