"""Orders of the visitor: the confirmation, the history, one order, its cancellation."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from contracts.kernel import OrderId
from contracts.orders import NotCancellable, Orders, OrderState
from modules.storefront.composition.orders import OrderDetails, history_page, order_page
from modules.storefront.views.shop import customer_view, page, shop_view
from modules.storefront.visitor import Visitor
from seamline.calls import use

REASON = "cancelled by the customer"


@require_safe
@shop_view
def confirmation(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponse:
    """What was just ordered, asked of the orders module itself, so that it is never late."""
    details = _details(visitor, order_id)
    if details.order.state in (OrderState.REJECTED, OrderState.CANCELLED):
        return redirect("storefront:order", order_id=order_id)
    return page(request, visitor, "confirmation", {"details": details})


@require_safe
@customer_view
def history(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The customer's orders."""
    customer_id = visitor.customer_id
    assert customer_id is not None
    wanted = request.GET.get("page", "1")
    number = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1
    return page(request, visitor, "orders", {"history": history_page(visitor, customer_id, page=number)})


@require_safe
@shop_view
def order(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponse:
    """One order."""
    return page(request, visitor, "order", {"details": _details(visitor, order_id)})


@require_POST
@shop_view
def cancel(request: HttpRequest, visitor: Visitor, order_id: UUID) -> HttpResponse:
    """Cancel an order of the visitor's own. Sent twice, it is cancelled once."""
    _details(visitor, order_id)
    try:
        use(Orders, idempotency_key=f"storefront-cancel:{order_id}").cancel_order(
            order_id=OrderId(order_id), reason=REASON
        )
    except NotCancellable:
        messages.error(request, "This order cannot be cancelled any more.")
    else:
        messages.success(request, "The order is cancelled and the money goes back to your card.")
    return redirect("storefront:order", order_id=order_id)


def _details(visitor: Visitor, order_id: UUID) -> OrderDetails:
    details = order_page(visitor, OrderId(order_id))
    if details is None:
        raise Http404(f"Order {order_id} is not this visitor's.")
    return details
