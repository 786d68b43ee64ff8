"""The page of one product: what it is, what is left of it, and what others bought with it."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.catalog import Catalog, Category, Product, ProductOrder, ProductPage
from contracts.kernel import Sku
from contracts.recommendations import Recommendation, Recommendations
from modules.storefront.composition.cards import FEW, Card, cards_of, recommended, stock_of
from modules.storefront.models import ProductFacts
from modules.storefront.projections.product_facts import product_facts
from seamline.calls import use

_NOTHING = ProductPage(products=(), total=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    product: Product
    categories: tuple[Category, ...]
    available: int | None
    """None while the stock is not known: the checkout finds out."""
    also_bought: tuple[Card, ...]
    more_like_this: tuple[Card, ...]
    """Shown instead when nothing can be recommended."""
    facts: ProductFacts | None
    """What events told of it; a moment late, and not there for what never sold or changed."""

    @property
    def category(self) -> Category | None:
        return next((category for category in self.categories if category.slug == self.product.category), None)

    @property
    def can_be_bought(self) -> bool:
        return self.product.on_sale and (self.available is None or self.available > 0)

    @property
    def few_left(self) -> bool:
        return self.available is not None and 0 < self.available <= FEW


def product_page(sku: Sku) -> ProductDetails:
    """The product is required; stock, category and recommendations are not.

    :raises UnknownProduct: no product has this stock code.
    """
    product = use(Catalog).product(sku=sku)
    categories: tuple[Category, ...] = use(Catalog, fallback=()).categories()
    stock = stock_of([product])
    found: tuple[Recommendation, ...] = use(Recommendations, fallback=()).also_bought(sku=sku, limit=6)
    also_bought = recommended(found, explained=False)
    return ProductDetails(
        product=product,
        categories=categories,
        available=None if stock is None else stock.get(sku, 0),
        also_bought=also_bought,
        more_like_this=() if also_bought else _more_like(product),
        facts=product_facts(sku),
    )


def _more_like(product: Product) -> tuple[Card, ...]:
    page = use(Catalog, fallback=_NOTHING).search(category=product.category, order=ProductOrder.POPULARITY, limit=7)
    others = [other for other in page.products if other.sku != product.sku][:6]
    return cards_of(others, stock_of(others))
