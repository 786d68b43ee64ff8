"""Whatever happens to stock in whatever order, its books stay right: a state machine tries."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contracts.inventory import InvalidStockChange, Inventory, OutOfStock, ReservationGone, StockLine, StockRecord
from contracts.kernel import OrderId, Sku
from modules.inventory.application.expire_reservations import expire_reservations
from modules.inventory.tests.helpers import assert_books_are_right, new_order
from seamline.calls import use
from seamline.data import connection_for

SKUS = ("A", "B", "C")


class Shelf(RuleBasedStateMachine):
    """A model of the shelf beside the real one."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.on_hand: Counter[str] = Counter()
        self.held: dict[OrderId, Counter[str]] = {}
        self.sold: dict[OrderId, Counter[str]] = {}

    @initialize(units=st.lists(st.integers(0, 12), min_size=3, max_size=3))
    def begin(self, units: list[int]) -> None:
        with connection_for("inventory").cursor() as cursor:
            cursor.execute("UPDATE reservation SET state = 'released' WHERE state = 'held'")
            cursor.execute("UPDATE stock_item SET reserved = 0")
        records = tuple(StockRecord(sku=Sku(s), received=0, sold=0, returned=0, corrected=0) for s in SKUS)
        use(Inventory).put_stock(records=records)
        for (sku, level), wanted in zip(sorted(use(Inventory).levels(skus=SKUS).items()), units, strict=True):
            if wanted != level.on_hand:
                use(Inventory).adjust(sku=sku, change=wanted - level.on_hand, reason="begin")
            self.on_hand[sku] = wanted

    def free(self, sku: str) -> int:
        return self.on_hand[sku] - sum(held[sku] for held in self.held.values())

    @rule(target=orders, wanted=st.lists(st.tuples(st.sampled_from(SKUS), st.integers(1, 5)), min_size=1, max_size=4))
    def reserve(self, wanted: list[tuple[str, int]]) -> OrderId:
        order_id = new_order()
        total: Counter[str] = Counter()
        for sku, quantity in wanted:
            total[sku] += quantity
        short = {sku for sku, quantity in total.items() if quantity > self.free(sku)}
        lines = tuple(StockLine(sku=Sku(sku), quantity=quantity) for sku, quantity in wanted)
        if short:
            with pytest.raises(OutOfStock) as caught:
                use(Inventory).reserve(order_id=order_id, lines=lines)
            assert {shortfall.sku for shortfall in caught.value.shortfalls} == short
        else:
            use(Inventory).reserve(order_id=order_id, lines=lines)
            self.held[order_id] = total
        return order_id

    @rule(order_id=orders)
    def confirm(self, order_id: OrderId) -> None:
        if order_id in self.held:
            use(Inventory).confirm(order_id=order_id)
            self.sold[order_id] = self.held.pop(order_id)
            self.on_hand.subtract(self.sold[order_id])
        elif order_id in self.sold:
            use(Inventory).confirm(order_id=order_id)

    @rule(order_id=orders)
    def release(self, order_id: OrderId) -> None:
        use(Inventory).release(order_id=order_id, reason="machine")
        if self.held.pop(order_id, None) is None:
            self.on_hand.update(self.sold.pop(order_id, Counter()))

    @rule()
    def expire(self) -> None:
        assert expire_reservations(at=datetime.now(UTC) + timedelta(days=9)) == len(self.held)
        for order_id in self.held:
            with pytest.raises(ReservationGone):
                use(Inventory).confirm(order_id=order_id)
        self.held.clear()

    @rule(sku=st.sampled_from(SKUS), change=st.integers(-6, 6).filter(bool))
    def adjust(self, sku: str, change: int) -> None:
        if change + self.free(sku) < 0:
            with pytest.raises(InvalidStockChange):
                use(Inventory).adjust(sku=Sku(sku), change=change, reason="machine")
        else:
            use(Inventory).adjust(sku=Sku(sku), change=change, reason="machine")
            self.on_hand[sku] += change

    @invariant()
    def books_are_right(self) -> None:
        assert_books_are_right()
        for sku, level in use(Inventory).levels(skus=SKUS).items():
            assert (level.on_hand, level.available) == (self.on_hand[sku], self.free(sku))


def test_books_stay_right_in_any_order_of_commands(database: None) -> None:
    run_state_machine_as_test(
        Shelf,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
