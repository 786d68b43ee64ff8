"""Query: products on sale by words, category and price.

One statement for a page; a second one where no product holds the words, which then looks for similar names, and where
a page lies behind the last.
"""

from __future__ import annotations

from typing import Any

from contracts.catalog import ProductOrder, ProductPage, UnknownCategory
from contracts.kernel import Money
from modules.catalog.domain.codes import is_slug
from modules.catalog.domain.words import prefix_query, words
from modules.catalog.infra.rows import COLUMNS, fetch, from_tuple

LARGEST_PAGE = 100
LARGEST_OFFSET = 2**31 - 1
"""Beyond any catalog, and a number that PostgreSQL can take."""
LEAST_SIMILARITY = 0.4
"""``word_similarity`` from which a misspelt word still finds a name; 0.3 and below bring strangers."""

_ORDERS = {
    ProductOrder.RELEVANCE: "relevance DESC, product.popularity DESC, product.sku",
    ProductOrder.POPULARITY: "product.popularity DESC, product.sku",
    ProductOrder.PRICE_ASCENDING: "product.price, product.sku",
    ProductOrder.PRICE_DESCENDING: "product.price DESC, product.sku",
    ProductOrder.NAME: "product.name, product.sku",
}
_ALL = ("0", "true")
_BY_WORDS = (
    "ts_rank_cd(product.search, to_tsquery('pg_catalog.english', %(query)s))",
    "product.search @@ to_tsquery('pg_catalog.english', %(query)s)",
)
_BY_SIMILARITY = (
    "word_similarity(%(text)s, lower(product.name))",
    "word_similarity(%(text)s, lower(product.name)) >= %(similarity)s",
)


def search(
    *,
    text: str = "",
    category: str = "",
    minimum_price: Money | None = None,
    maximum_price: Money | None = None,
    order: ProductOrder = ProductOrder.RELEVANCE,
    offset: int = 0,
    limit: int = 24,
) -> ProductPage:
    """A page of the products that match all that is given; sizes out of range are cut to the nearest in range.

    :raises UnknownCategory: the category is given and does not exist.
    """
    if category and not is_slug(category):
        raise UnknownCategory(slug=category)
    parameters = {
        "query": prefix_query(text),
        "text": " ".join(words(text)),
        "similarity": LEAST_SIMILARITY,
        "category": category,
        "minimum": minimum_price.amount if minimum_price else None,
        "maximum": maximum_price.amount if maximum_price else None,
        "offset": min(max(offset, 0), LARGEST_OFFSET),
        "limit": min(max(limit, 1), LARGEST_PAGE),
    }
    if text.strip() and not parameters["text"]:
        page = ProductPage(products=(), total=0)
    elif parameters["text"]:
        page = _page(_BY_WORDS, order, parameters)
        if page.total == 0:
            page = _page(_BY_SIMILARITY, order, parameters)
    else:
        page = _page(_ALL, order, parameters)
    if page.total == 0 and category and not fetch("SELECT 1 FROM category WHERE slug = %(category)s", parameters):
        raise UnknownCategory(slug=category)
    return page


def _page(match: tuple[str, str], order: ProductOrder, parameters: dict[str, Any]) -> ProductPage:
    relevance, condition = match
    source = f"""
    FROM product WHERE product.on_sale AND {condition}
      AND (%(category)s = '' OR product.category_id = %(category)s)
      AND (%(minimum)s::numeric IS NULL OR product.price >= %(minimum)s)
      AND (%(maximum)s::numeric IS NULL OR product.price <= %(maximum)s)
    """
    rows = fetch(
        f"SELECT {COLUMNS}, count(*) OVER (), {relevance} AS relevance {source} "
        f"ORDER BY {_ORDERS[order]} OFFSET %(offset)s LIMIT %(limit)s",
        parameters,
    )
    if rows:
        return ProductPage(products=tuple(map(from_tuple, rows)), total=rows[0][7])
    if parameters["offset"] == 0:
        return ProductPage(products=(), total=0)
    [(total,)] = fetch(f"SELECT count(*) {source}", parameters)
    return ProductPage(products=(), total=total)
