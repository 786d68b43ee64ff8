"""What every view of the shop shares: the visitor, the page's common context, and what contract errors become."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from contracts.catalog import Catalog, Category
from contracts.customers import Customer, Customers, UnknownCustomer
from modules.storefront.visitor import Visitor
from seamline.calls import acting_as, current_call, use
from seamline.contract import ContractError, ErrorKind

logger = logging.getLogger(__name__)
P = ParamSpec("P")
ShopView = Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase]


def shop_view(view: ShopView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its visitor. What is not found becomes a 404, what cannot be reached a 503 page; other contract
    errors are defects of the view and stay exceptions."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        visitor = _visitor(request)
        with acting_as(visitor.actor, correlation_id=current_call().origin.correlation_id):
            try:
                return view(request, visitor, *args, **kwargs)
            except ContractError as error:
                if error.kind is ErrorKind.NOT_FOUND:
                    raise Http404(str(error)) from error
                if error.kind not in (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT):
                    raise
                logger.warning("%s cannot be shown: %s", request.path, error)
                response = page(request, visitor, "unavailable", status=503)
                response["Retry-After"] = "5"
                return response

    return answer


def _visitor(request: HttpRequest) -> Visitor:
    """The session's visitor; a customer who is gone, or changed the password elsewhere, is a guest again."""
    visitor = Visitor(request.session)
    if visitor.customer_id is not None:
        try:
            customer: Customer | None = use(Customers, fallback=None).customer(customer_id=visitor.customer_id)
        except UnknownCustomer:
            visitor.log_out()
        else:
            if customer is not None and visitor.is_outlived_by(customer):
                visitor.log_out()
    return visitor


def customer_view(view: ShopView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """A shop view for customers; guests are asked to log in and come back."""

    @wraps(view)
    def answer(request: HttpRequest, visitor: Visitor, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not visitor.is_customer:
            back = request.get_full_path() if request.method == "GET" else reverse("storefront:profile")
            return redirect(f"{reverse('storefront:login')}?{urlencode({'next': back})}")
        return view(request, visitor, *args, **kwargs)

    return shop_view(answer)  # type: ignore[arg-type]


def page(
    request: HttpRequest,
    visitor: Visitor,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """A page of the shop from ``storefront/<template>.html``.

    :param context: ``navigation`` in it are the categories, where the page knows them already.
    """
    common = {"visitor": visitor, "demo": settings.DEMO, "navigation": cache(_navigation)}
    response = render(request, f"storefront/{template}.html", {**common, **(context or {})}, status=status)
    response["Cache-Control"] = "private, no-store" if visitor.is_customer else "private"
    return response


def safe_next(request: HttpRequest, *, default: str) -> str:
    """Where the visitor wanted to go: ``next`` of the request where it leads into this shop, else the default."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return default


def _navigation() -> tuple[Category, ...]:
    categories: tuple[Category, ...] = use(Catalog, fallback=()).categories()
    return categories
