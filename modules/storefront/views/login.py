"""Sign-up, login and logout. A login changes the session's key and brings the guest's basket along."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from contracts.customers import Customer, Customers, EmailTaken, InvalidProfile, WrongCredentials
from contracts.orders import Cart, Orders
from modules.storefront.attempts import Attempts
from modules.storefront.forms.account import LoginForm, SignUpForm
from modules.storefront.forms.errors import show_error
from modules.storefront.views.shop import page, safe_next, shop_view
from modules.storefront.visitor import Visitor, cart_of_customer
from seamline.calls import use
from seamline.contract import Secret


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_view
def login(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Log in with e-mail address and password."""
    next_page = safe_next(request, default=reverse("storefront:home"))
    if visitor.is_customer:
        return redirect(next_page)
    form = LoginForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        status = 422
        attempts = Attempts(email=request.POST.get("email", ""), address=request.META.get("REMOTE_ADDR", ""))
        if attempts.exhausted:
            form.add_error(None, "Too many attempts. Please wait a few minutes and try again.")
            status = 429
        elif form.is_valid():
            customer = _verified(form, attempts)
            if customer is not None:
                _enter(visitor, customer)
                messages.success(request, f"Welcome back, {customer.name}." if customer.name else "Welcome back.")
                return redirect(next_page)
    return page(
        request, visitor, "login", {"form": form, "next": next_page, "demo_login": _demo_login()}, status=status
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@shop_view
def sign_up(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Make an account and log in."""
    next_page = safe_next(request, default=reverse("storefront:home"))
    if visitor.is_customer:
        return redirect(next_page)
    form = SignUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            customer = use(Customers).sign_up(
                email=values["email"],
                password=Secret(values["password"]),
                name=values["name"],
                country=values["country"],
            )
        except EmailTaken as error:
            show_error(form, error, field="email")
        except InvalidProfile as error:
            show_error(form, error)
        else:
            _enter(visitor, customer)
            messages.success(request, f"Welcome, {customer.name}. Your account is ready.")
            return redirect(next_page)
    return page(request, visitor, "sign_up", {"form": form, "next": next_page}, status=422 if form.is_bound else 200)


@require_POST
@shop_view
def logout(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Log out; the basket waits."""
    visitor.log_out()
    messages.info(request, "You are logged out.")
    return redirect("storefront:home")


def _demo_login() -> str:
    """The customer's login of the demo, where the deployable says one; empty outside demo mode."""
    logins: dict[str, str] = getattr(settings, "SEAMLINE_DEMO_LOGINS", {})
    return logins.get("Customer login", "") if settings.DEMO else ""


def _verified(form: LoginForm, attempts: Attempts) -> Customer | None:
    values = form.cleaned_data
    try:
        customer = use(Customers).verify_password(email=values["email"], password=Secret(values["password"]))
    except WrongCredentials:
        attempts.failed()
        form.add_error(None, "E-mail address and password do not belong together.")
        return None
    attempts.succeeded()
    return customer


def _enter(visitor: Visitor, customer: Customer) -> None:
    guest_cart = visitor.log_in(customer)
    own_cart = cart_of_customer(customer.customer_id)
    orders = use(Orders, fallback=None)
    cart: Cart | None
    if guest_cart is not None:
        cart = orders.merge_carts(source=guest_cart, target=own_cart, customer_id=customer.customer_id)
    else:
        cart = orders.cart(cart_id=own_cart)
    if cart is not None:
        visitor.remember_cart(cart)
