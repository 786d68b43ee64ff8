"""Many buyers at once: nothing is ever sold twice, and nobody waits for somebody who waits for them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from contracts.inventory import Inventory, OutOfStock, Reservation
from contracts.kernel import Sku
from modules.inventory.application.expire_reservations import expire_reservations
from modules.inventory.tests.helpers import assert_books_are_right, lines, new_order, rows, stock
from seamline.calls import use
from seamline.testing import at_once

pytestmark = pytest.mark.usefixtures("database")
BUYERS = 64


def level(sku: str) -> tuple[int, int]:
    found = use(Inventory).levels(skus=(Sku(sku),))[Sku(sku)]
    return found.on_hand, found.reserved


def kinds(answers: list[object]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


def test_sixty_four_buyers_of_the_last_ten_units_buy_exactly_ten() -> None:
    stock(A=10)

    def buy(number: int) -> Reservation:
        order_id = new_order()
        use(Inventory, timeout=30).reserve(order_id=order_id, lines=lines(A=1))
        return use(Inventory, timeout=30).confirm(order_id=order_id)

    assert kinds(at_once(buy, threads=BUYERS)) == {"Reservation": 10, "OutOfStock": 54}
    assert level("A") == (0, 0)
    assert_books_are_right()


def test_orders_of_the_same_products_in_opposite_order_never_wait_for_each_other_in_a_circle() -> None:
    stock(A=40, B=40, C=40)
    orders = [new_order() for _ in range(BUYERS)]

    def buy(number: int) -> Reservation:
        wanted = lines(A=1, B=1, C=1) if number % 2 else lines(C=1, B=1, A=1)
        use(Inventory, timeout=30).reserve(order_id=orders[number], lines=wanted)
        if number % 3 == 0:
            use(Inventory, timeout=30).release(order_id=orders[number], reason="changed my mind")
        return use(Inventory, timeout=30).reservation(order_id=orders[number])

    answers = at_once(buy, threads=BUYERS)
    assert set(kinds(answers)) <= {"Reservation", "OutOfStock"}
    assert all(isinstance(answer, Reservation | OutOfStock) for answer in answers)
    held = rows("SELECT count(*) FROM reservation WHERE state = 'held'")[0][0]
    assert level("A") == level("B") == level("C") == (40, held)
    assert held <= 40
    assert_books_are_right()


def test_one_order_reserved_many_times_at_once_is_held_once() -> None:
    stock(A=100)
    order_id = new_order()
    answers = at_once(
        lambda number: use(Inventory, timeout=30).reserve(order_id=order_id, lines=lines(A=2)), threads=32
    )
    assert len({answer.expires_at for answer in answers}) == 1
    assert level("A") == (100, 2)


def test_confirm_release_and_expiry_at_once_move_units_once() -> None:
    stock(A=64, B=64)
    orders = [new_order() for _ in range(16)]
    for order_id in orders:
        use(Inventory).reserve(order_id=order_id, lines=lines(A=1, B=2))
    late = datetime.now(UTC) + timedelta(days=1)

    def act(number: int) -> None:
        order_id = orders[number % 16]
        if number < 16:
            use(Inventory, timeout=30).confirm(order_id=order_id)
        elif number < 32:
            use(Inventory, timeout=30).release(order_id=order_id, reason="compensation")
        else:
            expire_reservations(at=late)

    assert set(kinds(at_once(act, threads=48))) <= {"NoneType", "ReservationGone"}
    assert rows("SELECT sum(reserved) FROM stock_item") == [(0,)]
    assert rows("SELECT count(*) FROM reservation WHERE state = 'held'") == [(0,)]
    assert_books_are_right()


def test_processes_that_expire_at_once_take_different_reservations() -> None:
    stock(A=300)
    for _ in range(250):
        use(Inventory).reserve(order_id=new_order(), lines=lines(A=1))
    late = datetime.now(UTC) + timedelta(days=1)
    assert sum(at_once(lambda number: expire_reservations(at=late), threads=4)) == 250
    assert level("A") == (300, 0)
    assert rows("SELECT count(*) FROM event_log WHERE name = 'inventory.reservation_expired'") == [(250,)]
    assert_books_are_right()
