"""The cancellation as a process of two steps: the money goes back, then the goods.

It only goes forward: money that went back cannot be taken again, so each step is tried for as long as it takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from contracts.inventory import Inventory
from contracts.kernel import OrderId
from contracts.orders import Order, OrderCancelled, OrderState
from contracts.payments import Payments
from modules.orders.infra import orders
from seamline.calls import use
from seamline.events import publish
from seamline.sagas import Failure, Retry, Saga, Step, StepRun

_FOR_EVER = Retry(attempts=None, first=0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelState:
    """What the steps need to know. ``key`` is the idempotency key of the command that began it."""

    order_id: OrderId
    reason: str
    key: str


def cancel_id(order_id: OrderId) -> str:
    """The id of an order's one cancellation."""
    return f"{order_id}:cancel"


def give_money_back(run: StepRun[CancelState]) -> None:
    """Refund what was captured."""
    use(Payments, idempotency_key=run.key).void(order_id=run.state.order_id, reason=run.state.reason)


def put_goods_back(run: StepRun[CancelState]) -> None:
    """Return the units to the shelf."""
    use(Inventory, idempotency_key=run.key).release(order_id=run.state.order_id, reason=run.state.reason)


def close(state: CancelState) -> Order:
    """The order is cancelled."""
    order = orders.moved(state.order_id, before=OrderState.PLACED, to=OrderState.CANCELLED).order
    publish(
        OrderCancelled(
            order_id=order.order_id,
            number=order.number,
            customer_id=order.customer_id,
            email=order.email,
            lines=order.lines,
            total=order.total,
            reason=state.reason,
            cancelled_at=timezone.now(),
        )
    )
    return order


def stay_placed(state: CancelState, failure: Failure) -> None:
    """A step was refused for good, which neither contract foresees: the order stays as it was, the saga says why."""


CANCEL = Saga(
    name="orders.cancel",
    version=1,
    module="orders",
    state=CancelState,
    steps=(
        Step(name="give_money_back", action=give_money_back, retry=_FOR_EVER),
        Step(name="put_goods_back", action=put_goods_back, timeout=3, retry=_FOR_EVER),
    ),
    complete=close,
    reject=stay_placed,
)
