"""Query: what a customer who is still typing may mean."""

from __future__ import annotations

from contracts.catalog import Product
from modules.catalog.domain.words import prefix_query
from modules.catalog.infra.rows import COLUMNS, fetch, from_tuple

MOST = 20

_SQL = f"""
SELECT {COLUMNS} FROM product
WHERE on_sale AND to_tsvector('pg_catalog.simple', name) @@ to_tsquery('pg_catalog.simple', %(query)s)
ORDER BY popularity DESC, sku LIMIT %(limit)s
"""  # noqa: S608 - COLUMNS is a constant


def suggest(*, prefix: str, limit: int = 8) -> tuple[Product, ...]:
    """The most popular products on sale of which a word begins with each of the words typed; at most 20."""
    query = prefix_query(prefix)
    if not query:
        return ()
    rows = fetch(_SQL, {"query": query, "limit": min(max(limit, 1), MOST)})
    return tuple(map(from_tuple, rows))
