"""The contract as callers see it, directly and through the codec."""

from __future__ import annotations

from uuid import uuid4

import pytest

from contracts.kernel import CustomerId, Sku
from contracts.recommendations import Recommendations
from modules.recommendations.application.record_baskets import record_baskets
from modules.recommendations.application.refresh_neighbours import refresh_neighbours
from modules.recommendations.domain.baskets import Basket
from modules.recommendations.tests.samples import given_back, planted_pairs, sale
from seamline.calls import use

pytestmark = pytest.mark.usefixtures("database", "runner")


def owned(basket: Basket, customer_id: CustomerId | None) -> Basket:
    """The basket as one of the customer's."""
    return Basket(
        at=basket.at,
        customer=customer_id and str(customer_id),
        skus=basket.skus,
        units=basket.units,
        is_return=basket.is_return,
    )


@pytest.fixture
def learned(database: None) -> None:
    """Neighbours of the planted pairs, as guests bought them."""
    record_baskets((uuid4(), owned(basket, None)) for basket in planted_pairs())
    refresh_neighbours()


@pytest.mark.usefixtures("learned")
def test_also_bought_answers_the_partner_first_and_says_why() -> None:
    first, *_ = use(Recommendations).also_bought(sku=Sku("HAMMER"))
    assert first.sku == "NAIL"
    assert first.because_of == ("HAMMER",)
    assert first.bought_together == 20
    assert first.score > 0


@pytest.mark.usefixtures("learned")
def test_an_unknown_product_has_no_recommendations() -> None:
    assert use(Recommendations).also_bought(sku=Sku("NOBODY BOUGHT ME")) == ()


@pytest.mark.usefixtures("learned")
def test_a_basket_is_answered_with_what_is_not_in_it() -> None:
    answer = use(Recommendations).for_basket(skus=(Sku("TEA"), Sku("BAG"), Sku("TEA")), limit=20)
    assert answer[0].sku == "CUP"
    assert set(answer[0].because_of) == {"TEA", "BAG"}
    assert not {"TEA", "BAG"} & {one.sku for one in answer}


@pytest.mark.usefixtures("learned")
def test_an_empty_basket_and_a_limit_of_nothing_have_no_answer() -> None:
    assert use(Recommendations).for_basket(skus=()) == ()
    assert use(Recommendations).also_bought(sku=Sku("TEA"), limit=0) == ()
    assert use(Recommendations).also_bought(sku=Sku("TEA"), limit=-3) == ()


@pytest.mark.usefixtures("learned")
def test_a_customer_gets_what_goes_with_their_purchases_and_is_new_to_them() -> None:
    ann = CustomerId(uuid4())
    record_baskets([(uuid4(), owned(sale("TEA", "BAG", day=50), ann))])
    answer = use(Recommendations).for_customer(customer_id=ann, limit=20)
    assert answer[0].sku == "CUP"
    assert not {"TEA", "BAG"} & {one.sku for one in answer}


@pytest.mark.usefixtures("learned")
def test_what_a_customer_gave_back_speaks_for_nothing_and_is_not_recommended_again() -> None:
    ann = CustomerId(uuid4())
    history = [sale("TEA", day=50), sale("NAIL", day=50), given_back("TEA", day=51)]
    record_baskets((uuid4(), owned(basket, ann)) for basket in history)
    answer = use(Recommendations).for_customer(customer_id=ann, limit=20)
    assert answer[0].sku == "HAMMER"
    assert all("TEA" not in one.because_of for one in answer)
    assert "TEA" not in {one.sku for one in answer}


@pytest.mark.usefixtures("learned")
def test_a_new_customer_has_no_recommendations() -> None:
    assert use(Recommendations).for_customer(customer_id=CustomerId(uuid4())) == ()
