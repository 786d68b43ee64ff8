"""Products as lists show them: with what is left of them. One call for the stock of all lists of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contracts.catalog import Catalog, Product
from contracts.inventory import Inventory
from contracts.kernel import Sku
from contracts.recommendations import Recommendation
from modules.storefront.wording import name_of_product
from seamline.calls import use

FEW = 5
"""From so many units down a list says how many are left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A product in a list. ``available`` is None while the stock is not known."""

    product: Product
    available: int | None
    reason: str = ""
    """Why it is recommended."""

    @property
    def sold_out(self) -> bool:
        return self.available is not None and self.available <= 0

    @property
    def few_left(self) -> bool:
        return self.available is not None and 0 < self.available <= FEW


Stock = Mapping[Sku, int] | None


def stock_of(products: Iterable[Product]) -> Stock:
    """Units available by stock code; None when the inventory does not answer."""
    skus = tuple(dict.fromkeys(product.sku for product in products))
    if not skus:
        return {}
    stock: Stock = use(Inventory, fallback=None).availability(skus=skus)
    return stock


def cards_of(products: Iterable[Product], stock: Stock) -> tuple[Card, ...]:
    """The products with their stock; a product that the inventory does not know has none."""
    return tuple(
        Card(product=product, available=None if stock is None else stock.get(product.sku, 0)) for product in products
    )


def recommended(recommendations: tuple[Recommendation, ...] | None, *, explained: bool = True) -> tuple[Card, ...]:
    """The recommended products that are on sale, each with its reason; empty without recommendations."""
    if not recommendations:
        return ()
    skus = [recommendation.sku for recommendation in recommendations]
    skus += [recommendation.because_of[0] for recommendation in recommendations if recommendation.because_of]
    products: Mapping[Sku, Product] = use(Catalog, fallback={}).products(skus=tuple(dict.fromkeys(skus)))
    chosen = [item for item in recommendations if item.sku in products and products[item.sku].on_sale]
    stock = stock_of(products[item.sku] for item in chosen)
    return tuple(
        Card(
            product=products[item.sku],
            available=None if stock is None else stock.get(item.sku, 0),
            reason=_reason(item, products) if explained else _count(item),
        )
        for item in chosen
    )


def _reason(item: Recommendation, products: Mapping[Sku, Product]) -> str:
    cause = products.get(item.because_of[0]) if item.because_of else None
    if cause is None:
        return ""
    return f"Goes with {name_of_product(cause.name)}"


def _count(item: Recommendation) -> str:
    if item.bought_together < 2:
        return ""
    return f"Bought together {item.bought_together:,} times"
