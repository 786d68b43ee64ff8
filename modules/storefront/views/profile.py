"""The customer's own page: name, password, addresses."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contracts.customers import AddressId, Customers, InvalidProfile, SavedAddress, UnknownAddress, WrongCredentials
from contracts.kernel import CustomerId
from modules.storefront.forms.account import PasswordForm, ProfileForm
from modules.storefront.forms.address import ADDRESS_FIELDS, AddressForm, address_from
from modules.storefront.forms.errors import show_error
from modules.storefront.views.shop import customer_view, page
from modules.storefront.visitor import Visitor
from seamline.calls import use
from seamline.contract import Secret


@require_safe
@customer_view
def profile(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything that can be changed, on one page."""
    return _show(request, visitor)


@require_POST
@customer_view
def change_profile(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Replace name and country."""
    form = ProfileForm(request.POST, current_country=request.POST.get("country", ""))
    if form.is_valid():
        try:
            customer = use(Customers).change_profile(customer_id=_customer_id(visitor), **form.cleaned_data)
        except InvalidProfile as error:
            show_error(form, error)
        else:
            visitor.rename(customer.name)
            messages.success(request, "Your profile is up to date.")
            return redirect("storefront:profile")
    return _show(request, visitor, profile_form=form)


@sensitive_post_parameters("old_password", "new_password")
@require_POST
@customer_view
def change_password(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Replace the password and the session's key."""
    form = PasswordForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            use(Customers).change_password(
                customer_id=_customer_id(visitor),
                old_password=Secret(values["old_password"]),
                new_password=Secret(values["new_password"]),
            )
        except WrongCredentials:
            form.add_error("old_password", "This is not your password.")
        except InvalidProfile as error:
            show_error(form, error, field="new_password")
        else:
            visitor.renew(_customer_id(visitor))
            messages.success(request, "Your password is changed.")
            return redirect("storefront:profile")
    return _show(request, visitor, password_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view
def address(request: HttpRequest, visitor: Visitor, address_id: UUID | None = None) -> HttpResponse:
    """Add an address, or change one."""
    customer_id = _customer_id(visitor)
    if request.method == "POST":
        form = AddressForm(request.POST)
        if form.is_valid() and _saved(form, customer_id, address_id, make_default="make_default" in request.POST):
            messages.success(request, "The address is saved.")
            return redirect(f"{reverse('storefront:profile')}#addresses")
        status = 422
    else:
        form = AddressForm(initial=_initial(visitor, customer_id, address_id))
        status = 200
    return page(request, visitor, "address", {"form": form, "address_id": address_id}, status=status)


@require_POST
@customer_view
def remove_address(request: HttpRequest, visitor: Visitor, address_id: UUID) -> HttpResponse:
    """Forget an address; one that is gone already stays gone."""
    try:
        use(Customers).remove_address(customer_id=_customer_id(visitor), address_id=AddressId(address_id))
    except UnknownAddress:
        messages.info(request, "The address was removed before.")
    else:
        messages.success(request, "The address is removed.")
    return redirect(f"{reverse('storefront:profile')}#addresses")


def _saved(form: AddressForm, customer_id: CustomerId, address_id: UUID | None, *, make_default: bool) -> bool:
    try:
        use(Customers).save_address(
            customer_id=customer_id,
            address=address_from(form.cleaned_data),
            address_id=AddressId(address_id) if address_id else None,
            make_default=make_default,
        )
    except InvalidProfile as error:
        show_error(form, error)
        return False
    return True


def _initial(visitor: Visitor, customer_id: CustomerId, address_id: UUID | None) -> dict[str, str]:
    if address_id is None:
        return {"name": visitor.name}
    for saved in use(Customers).addresses(customer_id=customer_id):
        if saved.address_id == address_id:
            return {name: getattr(saved.address, name) for name in ADDRESS_FIELDS}
    raise UnknownAddress(address_id=AddressId(address_id))


def _show(
    request: HttpRequest,
    visitor: Visitor,
    *,
    profile_form: ProfileForm | None = None,
    password_form: PasswordForm | None = None,
) -> HttpResponse:
    customer_id = _customer_id(visitor)
    customer = use(Customers).customer(customer_id=customer_id)
    addresses: tuple[SavedAddress, ...] = use(Customers, fallback=()).addresses(customer_id=customer_id)
    known = {"name": customer.name, "country": customer.country}
    context = {
        "customer": customer,
        "addresses": addresses,
        "profile_form": profile_form or ProfileForm(initial=known, current_country=customer.country),
        "password_form": password_form or PasswordForm(),
    }
    return page(request, visitor, "profile", context, status=422 if profile_form or password_form else 200)


def _customer_id(visitor: Visitor) -> CustomerId:
    customer_id = visitor.customer_id
    assert customer_id is not None
    return customer_id
