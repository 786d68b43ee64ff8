"""Query: the categories that have something to sell."""

from __future__ import annotations

from contracts.catalog import Category
from modules.catalog.infra.rows import fetch

_SQL = """
SELECT category.slug, category.name, count(*) FROM category JOIN product ON product.category_id = category.slug
WHERE product.on_sale GROUP BY category.slug, category.name ORDER BY category.name
"""


def categories() -> tuple[Category, ...]:
    """All categories with at least one product on sale, by name."""
    return tuple(Category(slug=slug, name=name, product_count=count) for slug, name, count in fetch(_SQL, {}))
