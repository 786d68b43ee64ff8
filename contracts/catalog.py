"""Catalog: which products exist, what they are called, what they cost, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.kernel import Money, Sku
from seamline.contract import Contract, ContractError, ErrorKind, Event, command, query


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as it is offered now."""

    sku: Sku
    name: str
    description: str
    category: str
    """Slug of its category."""
    price: Money
    on_sale: bool
    """False once withdrawn: it can still be shown in old orders, not be bought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    slug: str
    name: str
    product_count: int
    """Products on sale in it."""


class ProductOrder(StrEnum):
    """Ways to sort a result page."""

    RELEVANCE = "relevance"
    POPULARITY = "popularity"
    PRICE_ASCENDING = "price_ascending"
    PRICE_DESCENDING = "price_descending"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """One page of a search."""

    products: tuple[Product, ...]
    total: int
    """Products that match in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """What is known of a product that is to be added or brought up to date."""

    sku: Sku
    name: str
    price: Money
    category: str = "everything-else"
    description: str = ""
    on_sale: bool = True
    popularity: int = 0
    """Units sold so far; orders the popular pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDraft:
    slug: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductAdded(Event, name="catalog.product_added", key="sku"):
    sku: Sku
    name: str
    category: str
    price: Money
    added_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceChanged(Event, name="catalog.price_changed", key="sku"):
    sku: Sku
    old_price: Money
    new_price: Money
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductWithdrawn(Event, name="catalog.product_withdrawn", key="sku"):
    sku: Sku
    reason: str
    withdrawn_at: datetime


@dataclass(eq=False, kw_only=True)
class CatalogError(ContractError, module="catalog"):
    """Root of the catalog's errors."""


@dataclass(eq=False, kw_only=True)
class UnknownProduct(CatalogError, kind=ErrorKind.NOT_FOUND):
    """No product has this stock code."""

    sku: Sku


@dataclass(eq=False, kw_only=True)
class UnknownCategory(CatalogError, kind=ErrorKind.NOT_FOUND):
    """No category has this slug."""

    slug: str


@dataclass(eq=False, kw_only=True)
class InvalidPrice(CatalogError, kind=ErrorKind.INVALID):
    """A price is above zero and has at most two decimals."""

    price: Money


@dataclass(eq=False, kw_only=True)
class InvalidProduct(CatalogError, kind=ErrorKind.INVALID):
    """A stock code, name or category of a product is not acceptable."""

    sku: Sku
    field: str
    reason: str


class Catalog(Contract, module="catalog", version="1.0", events=(ProductAdded, PriceChanged, ProductWithdrawn)):
    """Products, categories, prices and search."""

    @query(timeout=0.3)
    def product(self, *, sku: Sku) -> Product:
        """One product, withdrawn ones too.

        :raises UnknownProduct: no product has this stock code.
        """

    @query(timeout=0.3)
    def products(self, *, skus: tuple[Sku, ...]) -> Mapping[Sku, Product]:
        """The products among these stock codes, by code; unknown codes are left out."""

    @query(timeout=0.3)
    def categories(self) -> tuple[Category, ...]:
        """All categories with at least one product on sale, by name."""

    @query(timeout=1.0)
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
        """Products on sale that match all that is given; an empty text matches all. At most 100 a page.

        Words match by stem and by prefix; a misspelt word falls back to similar names.

        :raises UnknownCategory: the category is given and does not exist.
        """

    @query(timeout=0.3)
    def suggest(self, *, prefix: str, limit: int = 8) -> tuple[Product, ...]:
        """The most popular products on sale of which a word begins with the prefix."""

    @command(timeout=30.0)
    def put_products(self, *, categories: tuple[CategoryDraft, ...], products: tuple[ProductDraft, ...]) -> int:
        """Add new products and bring known ones up to date; answers how many were new or changed.

        :raises InvalidPrice: a price is not above zero or has more than two decimals.
        :raises InvalidProduct: a stock code, name or category is not acceptable; nothing is changed.
        """

    @command(timeout=1.0)
    def change_price(self, *, sku: Sku, price: Money, reason: str) -> Product:
        """Set a new price from now on.

        :raises UnknownProduct: no product has this stock code.
        :raises InvalidPrice: the price is not above zero or has more than two decimals.
        """

    @command(timeout=1.0)
    def withdraw(self, *, sku: Sku, reason: str) -> Product:
        """Take a product off sale. Withdrawing it again changes nothing.

        :raises UnknownProduct: no product has this stock code.
        """
