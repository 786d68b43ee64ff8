"""Filters and tags of the shop's templates: names, moments, pictures. They call no other module."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from modules.storefront import wording
from modules.storefront.art import picture_of

register = template.Library()

register.filter("product_name", wording.name_of_product)
register.filter("reason_of_rejection", wording.reason_of_rejection)


@register.filter
def moment(value: datetime) -> SafeString:
    """Date and time in London, as a ``time`` element."""
    return mark_safe(f'<time datetime="{value.isoformat()}">{wording.moment(value)}</time>')  # noqa: S308 - no input


@register.filter
def day(value: datetime) -> SafeString:
    """The date in London, as a ``time`` element."""
    return mark_safe(f'<time datetime="{value.isoformat()}">{wording.day(value)}</time>')  # noqa: S308 - no input


@register.filter
def state_name(state: str) -> str:
    """An order's state in words."""
    return wording.STATES.get(state, state)


@register.filter
def art(product: Any) -> str:
    """The address of the picture of anything that has ``sku`` and ``name``."""
    return art_of(product.sku, product.name, getattr(product, "category", ""))


@register.simple_tag
def art_of(sku: str, name: str, category: str = "") -> str:
    """The address of a product's picture."""
    return reverse("storefront:art", args=[picture_of(name=name, sku=sku, category=category).path])


@register.filter
def initial(name: str) -> str:
    """The first letter of a name."""
    return name[:1].upper()


@register.filter
def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split(maxsplit=1)[0] if name.split() else ""


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """This page's query string with some parameters replaced; empty ones are left out."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = str(value)
    for name in [name for name, value in query.items() if not value]:
        del query[name]
    return f"?{query.urlencode()}" if query else "?"
