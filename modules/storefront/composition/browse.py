"""A page of products: of a category, of a search, or both; filtered, sorted, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contracts.catalog import Catalog, Category, ProductOrder
from contracts.kernel import Money
from modules.storefront.composition.cards import Card, cards_of, stock_of
from seamline.calls import use

PAGE_SIZE = 24
LAST_PAGE = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the visitor wants to see."""

    text: str = ""
    category: str = ""
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    order: ProductOrder = ProductOrder.POPULARITY
    page: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowsePage:
    cards: tuple[Card, ...]
    total: int
    categories: tuple[Category, ...]
    category: Category | None
    page: int
    pages: int

    @property
    def links(self) -> Sequence[int | None]:
        """Page numbers to link: the ends and the neighbours, None for a gap."""
        near = {1, self.pages, *range(max(1, self.page - 1), min(self.pages, self.page + 1) + 1)}
        links: list[int | None] = []
        for number in sorted(near):
            if links and links[-1] is not None and number - links[-1] > 1:
                links.append(None)
            links.append(number)
        return links


def browse_page(wish: Wish) -> BrowsePage:
    """The wished products. They are required; the list of categories is not.

    :raises UnknownCategory: the category does not exist.
    """
    number = min(max(wish.page, 1), LAST_PAGE)
    found = use(Catalog).search(
        text=wish.text,
        category=wish.category,
        minimum_price=None if wish.minimum is None else Money(amount=wish.minimum),
        maximum_price=None if wish.maximum is None else Money(amount=wish.maximum),
        order=wish.order,
        offset=(number - 1) * PAGE_SIZE,
        limit=PAGE_SIZE,
    )
    categories: tuple[Category, ...] = use(Catalog, fallback=()).categories()
    return BrowsePage(
        cards=cards_of(found.products, stock_of(found.products)),
        total=found.total,
        categories=categories,
        category=next((category for category in categories if category.slug == wish.category), None),
        page=number,
        pages=min(max(1, -(-found.total // PAGE_SIZE)), LAST_PAGE),
    )
