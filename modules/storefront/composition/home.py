"""The first page: what sells best, where to look further, and what may suit the customer who is logged in."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.catalog import Catalog, Category, ProductOrder
from contracts.recommendations import Recommendations
from modules.storefront.composition.cards import Card, cards_of, recommended, stock_of
from modules.storefront.visitor import Visitor
from seamline.calls import use


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    popular: tuple[Card, ...]
    showcase: tuple[Card, ...]
    """The few that stand beside the greeting."""
    categories: tuple[Category, ...]
    for_you: tuple[Card, ...]
    """Empty for guests, and while recommendations are away."""
    product_count: int


def home_page(visitor: Visitor) -> HomePage:
    """Products are required; categories and recommendations are not."""
    page = use(Catalog).search(order=ProductOrder.POPULARITY, limit=13)
    categories: tuple[Category, ...] = use(Catalog, fallback=()).categories()
    customer_id = visitor.customer_id
    suited = use(Recommendations, fallback=()).for_customer(customer_id=customer_id, limit=6) if customer_id else ()
    cards = cards_of(page.products, stock_of(page.products))
    return HomePage(
        popular=cards[3:],
        showcase=cards[:3],
        categories=categories,
        for_you=recommended(suited),
        product_count=page.total,
    )
