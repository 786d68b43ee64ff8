"""How many SQL statements a whole checkout needs, over all modules."""

from __future__ import annotations

import pytest

from tests.checkout.shop import buy, card, counted_statements, filled_cart, open_shop


@pytest.mark.together(
    "catalog", "inventory", "orders", "payments", reason="statements are counted on connections of this process"
)
@pytest.mark.usefixtures("database")
def test_checkout_needs_fewer_than_40_statements_in_all_and_14_of_its_own() -> None:
    open_shop()
    cart_id, token = filled_cart(), card()
    with counted_statements() as counted:
        buy(cart_id, token)
    numbers = {alias: len(statements) for alias, statements in counted.items() if statements}
    assert sum(numbers.values()) < 40, numbers
    assert numbers["orders"] <= 14, counted["orders"]
    assert set(numbers) == {"catalog", "inventory", "orders", "payments"}
