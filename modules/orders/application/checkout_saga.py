"""The checkout as a process of four steps in two other modules, and what undoes each; and a wait for slow banks.

Each step is one command, with the saga's key: whoever repeats it, after a crash or a timeout, repeats nothing. A step
whose outcome is unknown is undone like one that is done, because undoing what never was changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec
from django.utils import timezone

from contracts.inventory import Inventory, OutOfStock, ReservationGone, ReservationState, Shortfall, StockLine
from contracts.kernel import CartId, Money, OrderId
from contracts.orders import OrderPlaced, OrderRejected, OrderState
from contracts.payments import CardDeclined, Payments, PaymentState
from modules.orders.domain.cart import given_back
from modules.orders.infra import carts, orders
from modules.orders.infra.orders import KeptOrder
from seamline.calls import use
from seamline.events import publish
from seamline.sagas import Failure, Retry, Saga, Step, StepRun, Wait

# A customer waits for the first two; from the third on, giving up would cost a sale that can still be made.
_SOON = Retry(attempts=6, first=0.5)
_PATIENT = Retry(attempts=10, first=0.5)
PAYMENT_TOLD = "payment_told"
BANK_MAY_TAKE = timedelta(minutes=10)
"""How long a bank may leave the customer without a word; goods are held for longer, so that they are still there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutState:
    """What the steps need to know."""

    order_id: OrderId
    cart_id: CartId
    lines: tuple[StockLine, ...]
    total: Money
    payment_method: str
    payment_is_pending: bool = False
    """The card's bank has yet to say whether it sets the money aside."""


def reserve_stock(run: StepRun[CheckoutState]) -> None:
    """Hold the goods. A reservation that has gone already holds nothing and cannot be had again."""
    order_id = run.state.order_id
    made = use(Inventory, idempotency_key=run.key).reserve(order_id=order_id, lines=run.state.lines)
    if made.state in (ReservationState.RELEASED, ReservationState.EXPIRED):
        raise ReservationGone(order_id=order_id, state=made.state)


def release_stock(run: StepRun[CheckoutState]) -> None:
    """Give the goods back, held or confirmed."""
    use(Inventory, idempotency_key=run.key).release(order_id=run.state.order_id, reason=_reason(run))


def authorise_payment(run: StepRun[CheckoutState]) -> CheckoutState:
    """Set the money aside, or learn that the bank will tell later."""
    payment = use(Payments, idempotency_key=run.key).authorise(
        order_id=run.state.order_id, amount=run.state.total, payment_method=run.state.payment_method
    )
    return replace(run.state, payment_is_pending=payment.state is PaymentState.PENDING)


def payment_told(state: CheckoutState, told: Mapping[str, str]) -> CheckoutState:
    """Go on with the money that the bank has set aside, or turn back with its refusal."""
    if told["refused"]:
        raise CardDeclined(order_id=state.order_id, reason=told["refused"])
    return replace(state, payment_is_pending=False)


def void_payment(run: StepRun[CheckoutState]) -> None:
    """Let the money go, or give it back."""
    use(Payments, idempotency_key=run.key).void(order_id=run.state.order_id, reason=_reason(run))


def confirm_stock(run: StepRun[CheckoutState]) -> None:
    """Take the goods off the shelf for good; undone with the reservation."""
    use(Inventory, idempotency_key=run.key).confirm(order_id=run.state.order_id)


def capture_payment(run: StepRun[CheckoutState]) -> None:
    """Take the money; undone with the authorisation."""
    use(Payments, idempotency_key=run.key).capture(order_id=run.state.order_id)


def place(state: CheckoutState) -> KeptOrder:
    """The order is final."""
    kept = orders.moved(state.order_id, before=OrderState.PENDING, to=OrderState.PLACED)
    order = kept.order
    publish(
        OrderPlaced(
            order_id=order.order_id,
            number=order.number,
            channel=order.channel,
            customer_id=order.customer_id,
            email=order.email,
            country=order.country,
            lines=order.lines,
            total=order.total,
            placed_at=order.placed_at,
        )
    )
    return kept


def reject(state: CheckoutState, failure: Failure) -> KeptOrder:
    """The order is off, and what was to be bought lies in its cart again."""
    kept = orders.moved(
        state.order_id,
        before=OrderState.PENDING,
        to=OrderState.REJECTED,
        rejection=failure.code,
        shortfalls=_shortfalls(failure),
    )
    opened = carts.opened(state.cart_id, customer_id=kept.order.customer_id).cart
    carts.save(replace(opened, lines=given_back(opened.lines, kept.cart_lines)))
    publish(
        OrderRejected(
            order_id=kept.order.order_id,
            number=kept.order.number,
            customer_id=kept.order.customer_id,
            email=kept.order.email,
            total=kept.order.total,
            reason=failure.code,
            rejected_at=timezone.now(),
        )
    )
    return kept


_BEFORE_MONEY = (
    Step(name="reserve_stock", action=reserve_stock, compensation=release_stock, timeout=3, retry=_SOON),
    Step(name="authorise_payment", action=authorise_payment, compensation=void_payment, retry=_SOON),
)
_WITH_MONEY = (
    Step(name="confirm_stock", action=confirm_stock, timeout=3, retry=_PATIENT, recorded=False),
    Step(name="capture_payment", action=capture_payment, retry=_PATIENT),
)
CHECKOUT = Saga(
    name="orders.checkout",
    version=2,
    module="orders",
    state=CheckoutState,
    steps=(
        *_BEFORE_MONEY,
        Wait(
            name="bank_confirms",
            signal=PAYMENT_TOLD,
            until=BANK_MAY_TAKE,
            take=payment_told,
            when=lambda state: state.payment_is_pending,
        ),
        *_WITH_MONEY,
    ),
    complete=place,
    reject=reject,
)
CHECKOUT_WITHOUT_WAIT = replace(CHECKOUT, version=1, steps=(*_BEFORE_MONEY, *_WITH_MONEY))
"""Checkouts that began before banks could take their time end as they began."""


def _reason(run: StepRun[CheckoutState]) -> str:
    return f"checkout failed: {run.failure.code if run.failure else 'unknown'}"


def _shortfalls(failure: Failure) -> tuple[Shortfall, ...]:
    if failure.code != OutOfStock.code:
        return ()
    return msgspec.convert(failure.data["shortfalls"], tuple[Shortfall, ...])
