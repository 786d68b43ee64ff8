"""Pages of products: home, category, search with suggestions, one product."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from contracts.catalog import Catalog, Product, ProductOrder
from contracts.kernel import Sku
from modules.storefront.composition.browse import Wish, browse_page
from modules.storefront.composition.home import home_page
from modules.storefront.composition.product import product_page
from modules.storefront.forms.browse import BrowseForm
from modules.storefront.views.shop import page, shop_view
from modules.storefront.visitor import Visitor
from modules.storefront.wording import name_of_product
from seamline.calls import use

SHORTEST_PREFIX = 2
LONGEST_PREFIX = 60


@require_safe
@shop_view
def home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The first page."""
    parts = home_page(visitor)
    return page(request, visitor, "home", {"home": parts, "navigation": parts.categories})


@require_safe
@shop_view
def category(request: HttpRequest, visitor: Visitor, slug: str) -> HttpResponse:
    """The products of a category."""
    form = BrowseForm(request.GET)
    browse = browse_page(_wish(form, category=slug))
    context = {"browse": browse, "form": form, "slug": slug, "navigation": browse.categories}
    return page(request, visitor, "category", context)


@require_safe
@shop_view
def search(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The products that match a text; all of them without one."""
    text = request.GET.get("q", "").strip()
    form = BrowseForm(request.GET, by_relevance=bool(text))
    wish = _wish(form, default=ProductOrder.RELEVANCE if text else ProductOrder.POPULARITY)
    browse = browse_page(wish)
    context = {"browse": browse, "form": form, "text": wish.text, "navigation": browse.categories}
    return page(request, visitor, "search", context)


@require_safe
@shop_view
def suggest(request: HttpRequest, visitor: Visitor) -> HttpResponseBase:
    """Products for what was typed so far, as JSON: ``{"products": [{"name", "price", "url", "art"}]}``."""
    prefix = request.GET.get("q", "").strip()[:LONGEST_PREFIX]
    found: tuple[Product, ...] = ()
    if len(prefix) >= SHORTEST_PREFIX:
        found = use(Catalog, fallback=()).suggest(prefix=prefix, limit=6)
    response = JsonResponse({"products": [_suggestion(product) for product in found]})
    response["Cache-Control"] = "private, max-age=60"
    return response


@require_safe
@shop_view
def product(request: HttpRequest, visitor: Visitor, sku: str) -> HttpResponse:
    """One product."""
    details = product_page(Sku(sku.upper()))
    return page(request, visitor, "product", {"details": details, "navigation": details.categories})


def _suggestion(product: Product) -> dict[str, str]:
    return {
        "name": name_of_product(product.name),
        "price": str(product.price),
        "url": reverse("storefront:product", args=[product.sku]),
    }


def _wish(form: BrowseForm, *, category: str = "", default: ProductOrder = ProductOrder.POPULARITY) -> Wish:
    form.is_valid()
    values = form.cleaned_data
    return Wish(
        text=values.get("q", "").replace("\x00", "").strip(),
        category=category,
        minimum=values.get("price_from"),
        maximum=values.get("price_to"),
        order=ProductOrder(values.get("sort") or default),
        page=values.get("page") or 1,
    )
