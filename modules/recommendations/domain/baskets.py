"""What the module learns from: baskets of goods, and the same in columns for arithmetic.

A basket holds distinct products; charges such as postage are no goods and never enter. This file may not know where
baskets are kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

CHARGES = frozenset(
    {"POST", "DOT", "M", "C2", "D", "S", "B", "CRUK", "PADS", "BANK CHARGES", "AMAZONFEE", "ADJUST", "ADJUST2"}
)
"""Codes that stand on invoices among the products: postage, fees, discounts, samples, corrections."""
_VOUCHERS = "GIFT_"
SECONDS_A_DAY = 86_400.0
LONGEST_PAUSE_DAYS = 30.0
"""While nothing is sold, what was learned does not age: a longer pause between two sales counts as this one. A shop
that opens years after the baskets that it took over still tells the newer of them from the older."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """What one order, or one credit note, held.

    ``units`` are positive in both: units bought, or units given back where ``is_return``.
    """

    at: datetime
    customer: str | None
    """Any text that tells customers apart; None for a guest."""
    skus: tuple[str, ...]
    units: tuple[int, ...]
    is_return: bool = False


def is_goods(*, sku: str, quantity: int, unit_price: Decimal) -> bool:
    """Whether a line of an order tells what people buy: a product, in some quantity, that was paid for."""
    code = sku.upper()
    return quantity != 0 and unit_price > 0 and code not in CHARGES and not code.startswith(_VOUCHERS)


def basket_of(
    *,
    at: datetime,
    customer: str | None,
    lines: Iterable[tuple[str, int, Decimal]],
    is_return: bool = False,
) -> Basket | None:
    """The basket of an order's lines (sku, quantity, unit price), or None where they hold no goods.

    Several lines of one product are added up. Of a sale only positive quantities count, of a return only negative ones.
    """
    units: dict[str, int] = {}
    for sku, quantity, unit_price in lines:
        if is_goods(sku=sku, quantity=quantity, unit_price=unit_price) and (quantity < 0) == is_return:
            units[sku] = units.get(sku, 0) + abs(quantity)
    if not units:
        return None
    skus = tuple(sorted(units))
    return Basket(at=at, customer=customer, skus=skus, units=tuple(units[sku] for sku in skus), is_return=is_return)


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesTable:
    """Sales in columns: one row a basket.

    ``products`` are sorted; ``holds`` is a baskets x products matrix of ones; ``customer`` numbers each basket's
    customer from 0, -1 for guests; ``day`` is the age of each basket in days below the newest one (0 for
    that), long pauses cut short.
    """

    products: tuple[str, ...]
    holds: sparse.csr_matrix
    customer: NDArray[np.int64]
    day: NDArray[np.float64]

    @property
    def customers(self) -> int:
        """How many customers are known by name."""
        return int(self.customer.max(initial=-1)) + 1


def sales_table(baskets: Sequence[Basket], *, largest_catalogue: int) -> SalesTable:
    """Columns of all baskets that are sales. The same baskets in any order give the same products.

    :param largest_catalogue: only so many products are kept, those in most baskets; bounds the time and memory that
        training takes.
    """
    sales = [basket for basket in baskets if not basket.is_return]
    popularity: dict[str, int] = {}
    for basket in sales:
        for sku in basket.skus:
            popularity[sku] = popularity.get(sku, 0) + 1
    kept = sorted(popularity, key=lambda sku: (-popularity[sku], sku))[:largest_catalogue]
    products = tuple(sorted(kept))
    column = {sku: index for index, sku in enumerate(products)}
    columns: list[int] = []
    starts = [0]
    names: dict[str, int] = {}
    customer = np.full(len(sales), -1, dtype=np.int64)
    for row, basket in enumerate(sales):
        columns.extend(column[sku] for sku in basket.skus if sku in column)
        starts.append(len(columns))
        if basket.customer is not None:
            customer[row] = names.setdefault(basket.customer, len(names))
    holds = sparse.csr_matrix(
        (np.ones(len(columns), dtype=np.float32), columns, starts), shape=(len(sales), len(products))
    )
    return SalesTable(products=products, holds=holds, customer=customer, day=_ages([basket.at for basket in sales]))


def _ages(moments: Sequence[datetime]) -> NDArray[np.float64]:
    if not moments:
        return np.zeros(0, dtype=np.float64)
    first = min(moments)
    days = np.asarray([(moment - first).total_seconds() / SECONDS_A_DAY for moment in moments], dtype=np.float64)
    order = np.argsort(days, kind="stable")
    clock = np.cumsum(np.minimum(np.diff(days[order], prepend=0.0), LONGEST_PAUSE_DAYS))
    ages = np.empty_like(days)
    ages[order] = clock[-1] - clock
    return ages
