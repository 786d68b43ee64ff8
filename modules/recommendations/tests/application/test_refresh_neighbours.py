"""Learning from stored baskets, and swapping generations under readers."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from modules.recommendations.application import refresh_neighbours as use_case
from modules.recommendations.application.for_products import for_products
from modules.recommendations.application.forget_orders import forget_orders
from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.application.refresh_neighbours import KEPT_GENERATIONS, refresh_neighbours
from modules.recommendations.domain.baskets import Basket
from modules.recommendations.models import Generation, ProductNeighbours
from modules.recommendations.tests.samples import planted_pairs, sale

pytestmark = pytest.mark.usefixtures("database")


def store(baskets: list[Basket]) -> list[object]:
    """Store baskets; customers' names of the samples become ids."""
    ids = {name: str(uuid4()) for name in {basket.customer for basket in baskets} - {None}}
    stored = [
        (
            uuid4(),
            Basket(
                at=basket.at,
                customer=ids.get(basket.customer),  # type: ignore[arg-type]
                skus=basket.skus,
                units=basket.units,
                is_return=basket.is_return,
            ),
        )
        for basket in baskets
    ]
    record_baskets(stored)
    return [order_id for order_id, _ in stored]


def test_planted_pairs_are_served_after_a_refresh() -> None:
    store(planted_pairs())
    assert for_products(skus=["TEA"], limit=3) == ()
    generation = refresh_neighbours()
    assert generation is not None
    assert (generation.baskets, generation.known) == (80, 80)
    first, *_ = for_products(skus=["TEA"], limit=3)
    assert (first.sku, first.because_of, first.bought_together) == ("CUP", ("TEA",), 20)


def test_without_baskets_there_is_nothing_to_do() -> None:
    assert refresh_neighbours() is None
    assert not Generation.objects.exists()


def test_without_news_nothing_is_learned_again_unless_forced() -> None:
    store(planted_pairs())
    first = refresh_neighbours()
    assert refresh_neighbours() is None
    forced = refresh_neighbours(force=True)
    assert first is not None
    assert forced is not None
    assert list(Generation.objects.filter(is_live=True)) == [forced]
    assert not ProductNeighbours.objects.filter(generation=first).exists()


def test_little_news_waits_until_the_live_generation_is_old() -> None:
    store(planted_pairs())
    refresh_neighbours()
    store([sale("TEA", "MILK")])
    assert refresh_neighbours() is None
    Generation.objects.update(built_at=timezone.now() - timedelta(minutes=11))
    assert refresh_neighbours() is not None
    assert "MILK" in {one.sku for one in for_products(skus=["TEA"], limit=10)}


def test_cancelled_orders_are_unlearned() -> None:
    ids = store([sale("TEA", "CUP"), sale("NAIL", "HAMMER")])
    refresh_neighbours()
    assert for_products(skus=["TEA"], limit=3)
    forget_orders(ids[:1])  # type: ignore[arg-type]
    assert refresh_neighbours() is not None
    assert for_products(skus=["TEA"], limit=3) == ()
    assert for_products(skus=["NAIL"], limit=3)


def test_a_refresh_that_knows_fewer_baskets_than_the_live_one_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    store([sale("TEA", "CUP")])
    real = use_case.all_baskets

    def overtaken() -> list[Basket]:
        known = real()
        monkeypatch.setattr(use_case, "all_baskets", real)
        store([sale("NAIL", "HAMMER"), sale("NAIL", "HAMMER")])
        assert refresh_neighbours(force=True) is not None
        return known

    monkeypatch.setattr(use_case, "all_baskets", overtaken)
    assert refresh_neighbours(force=True) is None
    assert for_products(skus=["NAIL"], limit=3)
    assert Generation.objects.count() == 1


def test_readers_are_never_left_without_an_answer_while_generations_are_swapped() -> None:
    store(planted_pairs())
    refresh_neighbours()
    done = threading.Event()
    failures: list[str] = []

    def swap() -> None:
        try:
            for _ in range(8):
                if refresh_neighbours(force=True) is None:
                    failures.append("a forced refresh did nothing")
        finally:
            connections["recommendations"].close()
            done.set()

    thread = threading.Thread(target=swap)
    thread.start()
    answers = 0
    while not done.is_set():
        answer = for_products(skus=["TEA"], limit=1)
        assert [one.sku for one in answer] == ["CUP"]
        answers += 1
    thread.join()
    assert not failures
    assert answers > 8


def test_figures_of_old_generations_are_kept_for_a_while_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(use_case, "KEPT_GENERATIONS", 2)
    assert KEPT_GENERATIONS > 2
    store([sale("TEA", "CUP")])
    generations = [refresh_neighbours(force=True) for _ in range(4)]
    assert list(Generation.objects.order_by("pk")) == generations[-2:]
