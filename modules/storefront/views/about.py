"""About the shop: where its data comes from, and what is real in it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from modules.storefront.views.shop import page, shop_view
from modules.storefront.visitor import Visitor


@require_safe
@shop_view
def about(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Source and licence of the data."""
    return page(request, visitor, "about")
