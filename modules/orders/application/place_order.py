"""Buy what is in a cart: the order and its saga are one commit, then the saga is run at once, here.

The order's id is made from the idempotency key, so a checkout that arrives again finds its order in whatever state it
is by then, and two checkouts of one cart under different keys cannot both take its lines.
"""

from __future__ import annotations

from django.db import IntegrityError
from django.utils import timezone

from contracts.catalog import Catalog
from contracts.inventory import StockLine
from contracts.kernel import CartId, CustomerId, OrderId, PostalAddress
from contracts.orders import EmptyCart, Order, OrderState
from modules.orders.application.checkout_saga import CHECKOUT, CheckoutState
from modules.orders.domain.cart import Lines
from modules.orders.domain.checkout import check_recipient, order_id_for, priced, rejection_error, total_of
from modules.orders.infra import orders
from modules.orders.infra.creating import NewOrder, make_from_cart
from modules.orders.infra.orders import KeptOrder
from seamline.calls import current_call, remaining_seconds, use
from seamline.data import atomic
from seamline.sagas import Runner, resume, run, start, wait_for

MOST_TRIES = 5
LONGEST_WAIT = 8.0
"""Seconds that a repeated checkout waits for the one that is under way."""


def place_order(
    *,
    cart_id: CartId,
    email: str,
    ship_to: PostalAddress,
    payment_method: str,
    customer_id: CustomerId | None,
) -> Order:
    """Place the order of this idempotency key, or go on with it, or answer what became of it.

    :raises EmptyCart: nothing is in the cart, or it is another customer's.
    :raises NotForSale: a product in it was withdrawn.
    :raises InvalidCheckout: the e-mail address or the address is not acceptable.
    :raises StockRanOut: the order was rejected because goods fall short.
    :raises PaymentFailed: the order was rejected for any other reason.
    """
    check_recipient(email=email, ship_to=ship_to)
    order_id = order_id_for(current_call().idempotency_key)
    for _ in range(MOST_TRIES):
        found = orders.checkout_start(order_id=order_id, cart_id=cart_id)
        if found.earlier is not None:
            return _go_on(found.earlier)
        if not found.lines or found.owner not in (None, customer_id):
            raise EmptyCart(cart_id=cart_id)
        lines = priced(found.lines, use(Catalog).products(skus=tuple(line.sku for line in found.lines)))
        new = NewOrder(
            order_id=order_id,
            cart_id=cart_id,
            customer_id=customer_id,
            email=email,
            ship_to=ship_to,
            lines=lines,
            total=total_of(lines),
            placed_at=timezone.now(),
        )
        runner = _begun(new, cart_lines=found.lines, payment_method=payment_method)
        if runner is not None:
            run(runner)
            return _answer(runner.result or _current(order_id))
    raise EmptyCart(cart_id=cart_id)


def _begun(new: NewOrder, *, cart_lines: Lines, payment_method: str) -> Runner | None:
    """Make the order and its saga in one commit; None where another checkout was faster."""
    state = CheckoutState(
        order_id=new.order_id,
        cart_id=new.cart_id,
        lines=tuple(StockLine(sku=line.sku, quantity=line.quantity) for line in new.lines),
        total=new.total,
        payment_method=payment_method,
    )
    try:
        with atomic("orders"):
            if not make_from_cart(new, cart_lines=cart_lines):
                return None
            return start(CHECKOUT, id=str(new.order_id), state=state)
    except IntegrityError:
        return None  # the same key at the same time: its order is there now


def _go_on(kept: KeptOrder) -> Order:
    if kept.order.state is not OrderState.PENDING:
        return _answer(kept)
    order_id = kept.order.order_id
    if not resume("orders", id=str(order_id)).is_over:
        wait_for("orders", id=str(order_id), seconds=min(LONGEST_WAIT, remaining_seconds() - 1.0))
    return _answer(_current(order_id))


def _current(order_id: OrderId) -> KeptOrder:
    return orders.by_id([order_id])[order_id]


def _answer(kept: KeptOrder) -> Order:
    order = kept.order
    if order.state is OrderState.REJECTED:
        raise rejection_error(order_id=order.order_id, rejection=order.rejection, shortfalls=kept.shortfalls)
    return order
