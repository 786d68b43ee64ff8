"""The behaviour that inventory's contract promises, through the client, directly and through the codec."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.inventory import (
    InvalidStockChange,
    Inventory,
    OutOfStock,
    ReservationGone,
    ReservationState,
    Shortfall,
    StockLevel,
    StockRecord,
    UnknownReservation,
)
from contracts.kernel import Sku
from modules.inventory.application.expire_reservations import expire_reservations
from modules.inventory.tests.helpers import assert_books_are_right, lines, new_order, rows, stock
from seamline.calls import use
from seamline.contract import IdempotencyKeyReuse

pytestmark = pytest.mark.usefixtures("database", "runner")
A, B = Sku("A"), Sku("B")
FAR = datetime.now(UTC) + timedelta(days=30)


def level(sku: Sku = A) -> tuple[int, int]:
    found = use(Inventory).levels(skus=(sku,))[sku]
    return found.on_hand, found.reserved


def events() -> list[str]:
    return [name for (name,) in rows("SELECT name FROM event_log ORDER BY position")]


def test_availability_leaves_out_unknown_codes() -> None:
    stock(A=5)
    assert use(Inventory).availability(skus=(A, B)) == {A: 5}


def test_reserved_units_are_no_longer_available() -> None:
    stock(A=5, B=2)
    order_id = new_order()
    made = use(Inventory).reserve(order_id=order_id, lines=lines(B=1, A=3))
    assert made.state is ReservationState.HELD
    assert made.lines == lines(A=3, B=1)
    assert use(Inventory).availability(skus=(A, B)) == {A: 2, B: 1}
    assert use(Inventory).levels(skus=(A,)) == {A: StockLevel(sku=A, on_hand=5, reserved=3)}
    assert use(Inventory).reservation(order_id=order_id) == made


def test_reservations_of_several_orders_come_in_one_answer_without_orders_that_have_none() -> None:
    stock(A=5, B=2)
    first, second = new_order(), new_order()
    made = {
        first: use(Inventory).reserve(order_id=first, lines=lines(B=1, A=3)),
        second: use(Inventory).reserve(order_id=second, lines=lines(A=1)),
    }
    assert use(Inventory).reservations(order_ids=(first, second, new_order())) == made
    assert use(Inventory).reservations(order_ids=()) == {}


def test_hold_ends_after_the_seconds_asked_for() -> None:
    stock(A=1)
    made = use(Inventory).reserve(order_id=new_order(), lines=lines(A=1), hold_seconds=60)
    assert 0 < (made.expires_at - datetime.now(UTC)).total_seconds() <= 60


def test_doubled_lines_are_added_up() -> None:
    stock(A=5)
    made = use(Inventory).reserve(order_id=new_order(), lines=lines(A=2) + lines(A=3))
    assert made.lines == lines(A=5)
    assert level() == (5, 5)


def test_out_of_stock_names_every_shortfall_and_holds_nothing() -> None:
    stock(A=1, B=9)
    order_id = new_order()
    with pytest.raises(OutOfStock) as caught:
        use(Inventory).reserve(order_id=order_id, lines=lines(A=2, B=1, C=4))
    assert caught.value.shortfalls == (
        Shortfall(sku=A, requested=2, available=1),
        Shortfall(sku=Sku("C"), requested=4, available=0),
    )
    assert use(Inventory).availability(skus=(A, B)) == {A: 1, B: 9}
    with pytest.raises(UnknownReservation):
        use(Inventory).reservation(order_id=order_id)


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_quantity_out_of_range_is_refused(quantity: int) -> None:
    with pytest.raises(InvalidStockChange):
        use(Inventory).reserve(order_id=new_order(), lines=lines(A=quantity))


def test_second_reservation_of_an_order_answers_the_first() -> None:
    stock(A=9)
    order_id = new_order()
    first = use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    assert use(Inventory).reserve(order_id=order_id, lines=lines(A=5)) == first
    assert level() == (9, 2)


def test_same_key_reserves_once_and_other_arguments_are_refused() -> None:
    stock(A=9)
    order_id = new_order()
    first = use(Inventory, idempotency_key="k").reserve(order_id=order_id, lines=lines(A=2))
    assert use(Inventory, idempotency_key="k").reserve(order_id=order_id, lines=lines(A=2)) == first
    with pytest.raises(IdempotencyKeyReuse):
        use(Inventory, idempotency_key="k").reserve(order_id=order_id, lines=lines(A=3))
    assert level() == (9, 2)
    assert events().count("inventory.stock_reserved") == 1


def test_confirmed_units_leave_the_shelf_once() -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    assert use(Inventory).confirm(order_id=order_id).state is ReservationState.CONFIRMED
    assert use(Inventory).confirm(order_id=order_id).state is ReservationState.CONFIRMED
    assert level() == (3, 0)
    assert events().count("inventory.reservation_confirmed") == 1
    assert_books_are_right()


def test_confirming_what_was_never_reserved_is_refused() -> None:
    with pytest.raises(UnknownReservation):
        use(Inventory).confirm(order_id=new_order())


def test_confirming_what_was_released_is_refused() -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    use(Inventory).release(order_id=order_id, reason="cancelled")
    with pytest.raises(ReservationGone) as caught:
        use(Inventory).confirm(order_id=order_id)
    assert caught.value.state is ReservationState.RELEASED


def test_released_units_become_free_and_release_twice_changes_nothing() -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    use(Inventory).release(order_id=order_id, reason="cancelled")
    use(Inventory).release(order_id=order_id, reason="cancelled")
    assert level() == (5, 0)
    assert events().count("inventory.reservation_released") == 1


def test_releasing_a_confirmed_order_puts_its_units_back_on_the_shelf() -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    use(Inventory).confirm(order_id=order_id)
    use(Inventory).release(order_id=order_id, reason="cancelled")
    assert level() == (5, 0)
    assert_books_are_right()


def test_releasing_what_was_never_reserved_changes_nothing() -> None:
    order_id = new_order()
    use(Inventory).release(order_id=order_id, reason="compensation")
    with pytest.raises(UnknownReservation):
        use(Inventory).reservation(order_id=order_id)


def test_reservation_that_arrives_after_its_release_is_held_until_it_expires() -> None:
    stock(A=5)
    order_id = new_order()
    use(Inventory).release(order_id=order_id, reason="compensation")
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    assert expire_reservations(at=FAR) == 1
    assert level() == (5, 0)


def test_expired_units_become_free_and_cannot_be_confirmed() -> None:
    stock(A=5)
    order_id, other = new_order(), new_order()
    use(Inventory).reserve(order_id=order_id, lines=lines(A=2))
    use(Inventory).reserve(order_id=other, lines=lines(A=1))
    use(Inventory).confirm(order_id=other)
    assert expire_reservations() == 0
    assert expire_reservations(at=FAR) == 1
    assert expire_reservations(at=FAR) == 0
    assert level() == (4, 0)
    with pytest.raises(ReservationGone) as caught:
        use(Inventory).confirm(order_id=order_id)
    assert caught.value.state is ReservationState.EXPIRED
    assert events().count("inventory.reservation_expired") == 1
    assert_books_are_right()


def test_adjustment_changes_the_shelf_and_tells_the_level() -> None:
    assert use(Inventory).adjust(sku=A, change=7, reason="received") == StockLevel(sku=A, on_hand=7, reserved=0)
    assert use(Inventory, idempotency_key="k").adjust(sku=A, change=-2, reason="broken").on_hand == 5
    assert use(Inventory, idempotency_key="k").adjust(sku=A, change=-2, reason="broken").on_hand == 5
    with pytest.raises(IdempotencyKeyReuse):
        use(Inventory, idempotency_key="k").adjust(sku=A, change=-3, reason="broken")
    assert level() == (5, 0)
    assert_books_are_right()


def test_adjustment_below_what_is_reserved_is_refused() -> None:
    stock(A=5)
    use(Inventory).reserve(order_id=new_order(), lines=lines(A=3))
    use(Inventory).adjust(sku=A, change=-2, reason="lost")
    with pytest.raises(InvalidStockChange):
        use(Inventory).adjust(sku=A, change=-1, reason="lost")
    with pytest.raises(InvalidStockChange):
        use(Inventory).adjust(sku=B, change=-1, reason="lost")
    assert level() == (3, 3)


@pytest.mark.parametrize(("sku", "change"), [("A", 0), ("A", 10**9), ("", 1), ("X" * 41, 1)])
def test_adjustment_that_is_none_is_refused(sku: str, change: int) -> None:
    with pytest.raises(InvalidStockChange):
        use(Inventory).adjust(sku=Sku(sku), change=change, reason="typed wrongly")


def record(sku: str, *, received: int = 0, sold: int = 0, returned: int = 0, corrected: int = 0) -> StockRecord:
    return StockRecord(sku=Sku(sku), received=received, sold=sold, returned=returned, corrected=corrected)


def test_stock_known_from_elsewhere_is_taken_over_once() -> None:
    stock(A=1)
    records = (
        record("A", received=100),
        record("B", received=10, sold=4, returned=1, corrected=-2),
        record("C", sold=4),
        record("D"),
        record("B", received=99),
    )
    assert use(Inventory).put_stock(records=records) == 3
    assert use(Inventory).put_stock(records=records) == 0
    assert use(Inventory).availability(skus=(A, B, Sku("C"), Sku("D"))) == {"A": 1, "B": 5, "C": 0, "D": 0}
    assert rows("SELECT kind, change FROM stock_movement WHERE sku = 'C' ORDER BY id") == [("opening", 4), ("sold", -4)]
    assert_books_are_right()
