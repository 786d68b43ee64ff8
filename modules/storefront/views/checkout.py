"""The checkout: one form, one order, however often the form arrives."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from contracts.catalog import Catalog
from contracts.customers import Customers, SavedAddress
from contracts.inventory import Shortfall
from contracts.kernel import CustomerId
from contracts.orders import EmptyCart, InvalidCheckout, NotForSale, PaymentFailed, StockRanOut
from contracts.payments import InvalidCard
from modules.storefront.composition.cart import cart_page
from modules.storefront.composition.checkout import (
    Ticket,
    buy,
    keep_address,
    new_ticket,
    outcome_is_unknown,
    ticket_from,
)
from modules.storefront.forms.checkout import NEW_ADDRESS, CheckoutForm
from modules.storefront.forms.errors import show_error
from modules.storefront.views.shop import page, shop_view
from modules.storefront.visitor import Visitor
from modules.storefront.wording import name_of_product
from seamline.calls import use
from seamline.contract import ContractError, IdempotencyKeyReuse

TEST_CARDS = (
    ("4242 4242 4242 4242", "approves"),
    ("4000 0000 0000 0002", "declines"),
    ("4000 0000 0000 0119", "does not answer in time"),
    ("4000 0000 0000 3220", "asks the bank, which answers later"),
)


@never_cache
@sensitive_post_parameters("card_number", "card_expiry", "card_code")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_view
def checkout(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the form, or buy."""
    saved, email = _known_of(visitor.customer_id)
    if request.method != "POST":
        return _fresh_form(request, visitor, saved, email)
    form = CheckoutForm(request.POST, saved=saved, known_email=email)
    ticket = ticket_from(request.POST.get("ticket", ""))
    if ticket is None:
        messages.error(request, "The form was open for too long. Please fill it in once more.")
        return redirect("storefront:checkout")
    if not form.is_valid():
        return _show(request, visitor, form, ticket)
    return _buy(request, visitor, form, ticket)


def _buy(request: HttpRequest, visitor: Visitor, form: CheckoutForm, ticket: Ticket) -> HttpResponse:
    purchase = form.purchase()
    try:
        order = buy(ticket, purchase, customer_id=visitor.customer_id)
    except EmptyCart:
        messages.info(request, "Your basket is empty. If you have just ordered, the order is in your history.")
        return redirect("storefront:cart")
    except ContractError as error:
        _explain(form, error)
        return _show(request, visitor, form, ticket if outcome_is_unknown(error) else new_ticket(ticket.cart_id))
    visitor.remember_order(order)
    customer_id = visitor.customer_id
    wants_kept = form.cleaned_data.get("keep_address") and form.chosen_address is None
    if customer_id and wants_kept and not keep_address(ticket, purchase.ship_to, customer_id):
        messages.info(request, "Your order is in, but we could not keep the address.")
    return redirect("storefront:confirmation", order_id=order.order_id)


def _explain(form: CheckoutForm, error: ContractError) -> None:
    """Show the error next to its field.

    :raises ContractError: the same, where the customer can do nothing about it.
    """
    match error:
        case InvalidCard() | InvalidCheckout():
            show_error(form, error)
        case PaymentFailed():
            form.add_error("card_number", f"{_payment_text(error)} Nothing was charged. Please try another card.")
        case StockRanOut():
            form.add_error(None, f"{_shortfall_text(error.shortfalls)} Nothing was charged. Please change your basket.")
        case NotForSale():
            form.add_error(None, "Something in your basket is no longer on sale. Please take it out of the basket.")
        case IdempotencyKeyReuse():
            form.add_error(
                None,
                "This form was sent before with other details. Please look at your orders before you send it again.",
            )
        case _ if outcome_is_unknown(error):
            form.add_error(
                None, "We could not finish in time. Please send the form again: you will not be charged twice."
            )
        case _:
            raise error


def _payment_text(error: PaymentFailed) -> str:
    if "timed_out" in error.reason or "timeout" in error.reason:
        return "The payment provider did not answer in time."
    return "The card's bank declined the payment."


def _shortfall_text(shortfalls: Iterable[Shortfall]) -> str:
    shortfalls = tuple(shortfalls)
    products = use(Catalog, fallback={}).products(skus=tuple(item.sku for item in shortfalls))
    texts = []
    for item in shortfalls:
        product = products.get(item.sku)
        name = name_of_product(product.name) if product else item.sku
        texts.append(f"Only {item.available} left of {name}." if item.available > 0 else f"{name} has just sold out.")
    return " ".join(texts)


def _known_of(customer_id: CustomerId | None) -> tuple[tuple[SavedAddress, ...], str]:
    if customer_id is None:
        return (), ""
    addresses: tuple[SavedAddress, ...] = use(Customers, fallback=()).addresses(customer_id=customer_id)
    customer = use(Customers, fallback=None).customer(customer_id=customer_id)
    return addresses, customer.email if customer else ""


def _fresh_form(request: HttpRequest, visitor: Visitor, saved: tuple[SavedAddress, ...], email: str) -> HttpResponse:
    if visitor.cart_id is None:
        return redirect("storefront:cart")
    ticket = new_ticket(visitor.cart_id)
    form = CheckoutForm(saved=saved, known_email=email, initial={"name": visitor.name})
    return _show(request, visitor, form, ticket)


def _show(request: HttpRequest, visitor: Visitor, form: CheckoutForm, ticket: Ticket) -> HttpResponse:
    cart = cart_page(visitor, cart_id=ticket.cart_id, suggest=False)
    if not cart.lines or (cart.has_problems and not form.is_bound):
        return redirect("storefront:cart")
    context = {
        "form": form,
        "cart": cart,
        "ticket": ticket.signed(),
        "test_cards": TEST_CARDS,
        "another": NEW_ADDRESS,
    }
    return page(request, visitor, "checkout", context, status=422 if form.is_bound else 200)
