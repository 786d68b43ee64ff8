"""The catalog's contract, each operation handed to its use case. No rule lives here."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalog import (
    Catalog,
    Category,
    CategoryDraft,
    Product,
    ProductDraft,
    ProductOrder,
    ProductPage,
)
from contracts.kernel import Money, Sku
from modules.catalog.application.categories import categories
from modules.catalog.application.change_price import change_price
from modules.catalog.application.products import product, products
from modules.catalog.application.put_products import put_products
from modules.catalog.application.search import search
from modules.catalog.application.suggest import suggest
from modules.catalog.application.withdraw import withdraw


class CatalogService(Catalog):
    """Products, categories, prices and search."""

    def product(self, *, sku: Sku) -> Product:
        return product(sku=sku)

    def products(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, Product]:
        return products(skus=skus)

    def categories(self) -> tuple[Category, ...]:
        return categories()

    def search(
        self,
        *,
        text: str = "",
        category: str = "",
        minimum_price: Money | None = None,
        maximum_price: Money | None = None,
        order: ProductOrder = ProductOrder.RELEVANCE,
        offset: int = 0,
        limit: int = 24,
    ) -> ProductPage:
        return search(
            text=text,
            category=category,
            minimum_price=minimum_price,
            maximum_price=maximum_price,
            order=order,
            offset=offset,
            limit=limit,
        )

    def suggest(self, *, prefix: str, limit: int = 8) -> tuple[Product, ...]:
        return suggest(prefix=prefix, limit=limit)

    def put_products(self, *, categories: tuple[CategoryDraft, ...], products: tuple[ProductDraft, ...]) -> int:
        return put_products(categories=categories, products=products)

    def change_price(self, *, sku: Sku, price: Money, reason: str) -> Product:
        return change_price(sku=sku, price=price, reason=reason)

    def withdraw(self, *, sku: Sku, reason: str) -> Product:
        return withdraw(sku=sku, reason=reason)
