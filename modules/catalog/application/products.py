"""Query: one product, or many by their codes."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.catalog import Product, UnknownProduct
from contracts.kernel import Sku
from modules.catalog.domain.codes import is_sku
from modules.catalog.infra.rows import COLUMNS, fetch, from_tuple


def product(*, sku: Sku) -> Product:
    """One product, withdrawn ones too.

    :raises UnknownProduct: no product has this stock code.
    """
    found = products(skus=(sku,))
    if sku not in found:
        raise UnknownProduct(sku=sku)
    return found[sku]


def products(*, skus: tuple[Sku, ...]) -> Mapping[Sku, Product]:
    """The products among these codes in one statement."""
    wanted = [sku for sku in skus if is_sku(sku)]
    if not wanted:
        return {}
    rows = fetch(f"SELECT {COLUMNS} FROM product WHERE sku = ANY(%(skus)s)", {"skus": wanted})  # noqa: S608
    return {found.sku: found for found in map(from_tuple, rows)}
