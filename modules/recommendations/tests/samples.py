"""Small baskets for tests, and a strategy that makes many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies

from modules.recommendations.domain.baskets import Basket

START = datetime(2011, 1, 1, 9, tzinfo=UTC)
SKUS = tuple(f"{number:05}" for number in range(10001, 10013))


def sale(*skus: str, customer: str | None = None, day: float = 0, is_return: bool = False) -> Basket:
    """A basket of one unit of each product, so many days after the first of January 2011."""
    distinct = tuple(sorted(set(skus)))
    return Basket(
        at=START + timedelta(days=day),
        customer=customer,
        skus=distinct,
        units=(1,) * len(distinct),
        is_return=is_return,
    )


def given_back(*skus: str, customer: str | None = None, day: float = 0) -> Basket:
    """The same of a credit note."""
    return sale(*skus, customer=customer, day=day, is_return=True)


def planted_pairs() -> list[Basket]:
    """Forty customers; TEA goes with CUP and NAIL with HAMMER, while everybody's BAG goes with all."""
    baskets = []
    for number in range(40):
        pair = ("TEA", "CUP") if number % 2 else ("NAIL", "HAMMER")
        lone = f"LONE{number % 5}"
        baskets.append(sale(*pair, "BAG", customer=f"c{number}", day=number))
        baskets.append(sale("BAG", lone, customer=f"c{number}", day=number + 0.5))
    return baskets


baskets_of_anybody = strategies.lists(
    strategies.builds(
        lambda skus, customer, day: sale(*skus, customer=customer, day=day),
        strategies.sets(strategies.sampled_from(SKUS), min_size=1, max_size=5),
        strategies.sampled_from((None, "ann", "bob", "cleo", "dan")),
        strategies.integers(min_value=0, max_value=400),
    ),
    max_size=25,
)
