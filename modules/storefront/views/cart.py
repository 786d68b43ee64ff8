"""The basket: look, add, change, take out. Each change answers with a redirect."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from contracts.kernel import Sku
from contracts.orders import InvalidQuantity, NotForSale, Orders
from modules.storefront.composition.cart import cart_page
from modules.storefront.views.shop import page, safe_next, shop_view
from modules.storefront.visitor import Visitor
from seamline.calls import use

LARGEST_NUMBER = 1_000_000
"""What a quantity field takes at all; the orders module knows the real limit."""


@require_safe
@shop_view
def cart(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What is in the basket."""
    return page(request, visitor, "cart", {"cart": cart_page(visitor)})


@require_POST
@shop_view
def add(request: HttpRequest, visitor: Visitor, sku: str) -> HttpResponse:
    """Put units of a product in the basket."""
    back = safe_next(request, default=reverse("storefront:product", args=[sku]))
    quantity = _quantity(request)
    if quantity is None or quantity < 1:
        messages.error(request, "Give a whole number, at least 1.", extra_tags="quantity")
        return redirect(back)
    try:
        changed = use(Orders).add_to_cart(
            cart_id=visitor.claim_cart(), sku=Sku(sku), quantity=quantity, customer_id=visitor.customer_id
        )
    except NotForSale:
        messages.error(request, "This is no longer on sale.")
    except InvalidQuantity as error:
        messages.error(request, _quantity_text(error), extra_tags="quantity")
    else:
        visitor.remember_cart(changed)
        messages.success(request, f"{quantity} in your basket." if quantity > 1 else "It is in your basket.", "basket")
    return redirect(back)


@require_POST
@shop_view
def change(request: HttpRequest, visitor: Visitor, sku: str) -> HttpResponse:
    """Set the units of a product that is in the basket; 0 takes it out."""
    cart_id = visitor.cart_id
    quantity = 0 if "remove" in request.POST else _quantity(request)
    if quantity is None or quantity < 0:
        messages.error(request, "Give a whole number; 0 takes it out.", extra_tags="quantity")
    elif cart_id is not None:
        try:
            visitor.remember_cart(use(Orders).change_cart(cart_id=cart_id, sku=Sku(sku), quantity=quantity))
        except InvalidQuantity as error:
            messages.error(request, _quantity_text(error), extra_tags="quantity")
        else:
            messages.success(request, "Taken out of your basket." if quantity == 0 else "Your basket is up to date.")
    return redirect("storefront:cart")


def _quantity(request: HttpRequest) -> int | None:
    text = request.POST.get("quantity", "1").strip()
    if not (text.isascii() and text.isdigit()) or len(text) > 7:
        return None
    return min(int(text), LARGEST_NUMBER)


def _quantity_text(error: InvalidQuantity) -> str:
    if 1 <= error.quantity <= error.largest:
        return "A basket takes at most 100 different things."
    return f"You can have between 1 and {error.largest:,} of one thing in your basket."
