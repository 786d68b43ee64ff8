"""The rules of carts, for any carts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.kernel import Sku
from contracts.orders import CartLine, InvalidQuantity
from modules.orders.domain.cart import (
    LARGEST_QUANTITY,
    MOST_LINES,
    Lines,
    given_back,
    merged,
    with_added,
    with_changed,
)


def cart(**quantities: int) -> Lines:
    return tuple(CartLine(sku=Sku(sku), quantity=quantity) for sku, quantity in quantities.items())


carts = st.dictionaries(
    st.sampled_from([f"P{number}" for number in range(130)]),
    st.integers(1, LARGEST_QUANTITY),
    max_size=MOST_LINES,
).map(lambda quantities: cart(**quantities))


def held(*lines: Lines) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in (line for many in lines for line in many):
        found[each.sku] = max(found.get(each.sku, 0), each.quantity)
    return found


@given(carts, carts)
def test_merging_loses_nothing_and_keeps_the_larger_quantity(source: Lines, target: Lines) -> None:
    together, left = merged(source, target)
    assert len(together) <= MOST_LINES
    assert held(together, left) == held(source, target)
    assert not {line.sku for line in together} & {line.sku for line in left}
    assert [line.sku for line in together[: len(target)]] == [line.sku for line in target]


@given(carts, carts)
def test_lines_given_back_are_all_in_the_cart(lines: Lines, bought: Lines) -> None:
    assert held(given_back(lines, bought)) == held(lines, bought)


@given(carts, st.integers(-5, 1005))
def test_added_units_are_within_the_range_or_refused(lines: Lines, quantity: int) -> None:
    try:
        changed = with_added(lines, sku=Sku("P1"), quantity=quantity)
    except InvalidQuantity:
        total = held(lines).get("P1", 0) + quantity
        assert quantity < 1 or total > LARGEST_QUANTITY or len(lines) == MOST_LINES
    else:
        assert held(changed)["P1"] == held(lines).get("P1", 0) + quantity
        assert all(1 <= line.quantity <= LARGEST_QUANTITY for line in changed)


def test_negative_quantity_cannot_be_set() -> None:
    with pytest.raises(InvalidQuantity):
        with_changed(cart(A=1), sku=Sku("A"), quantity=-1)
