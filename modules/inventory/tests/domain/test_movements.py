"""The movements of stock that is taken over add up to what is left, never below zero."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from contracts.inventory import StockRecord
from contracts.kernel import Sku
from modules.inventory.domain.movements import opening_movements

units = st.integers(0, 10**6)


@given(received=units, sold=units, returned=units, corrected=st.integers(-(10**6), 10**6))
def test_opening_movements_add_up_to_the_stock_that_is_left(
    received: int, sold: int, returned: int, corrected: int
) -> None:
    record = StockRecord(sku=Sku("A"), received=received, sold=sold, returned=returned, corrected=corrected)
    changes = [change for _, change in opening_movements(record)]
    assert sum(changes) == max(received - sold + returned + corrected, 0)
    assert 0 not in changes
