"""The stock that events tell is the stock that the tables hold, now; and what it was, as of any time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from contracts.inventory import (
    Inventory,
    OutOfStock,
    ReservationConfirmed,
    ReservationExpired,
    ReservationReleased,
    StockAdjusted,
    StockLine,
    StockReserved,
)
from contracts.kernel import Sku
from modules.inventory.domain.known import KnownStock, evolve
from modules.inventory.infra.histories import STOCK
from modules.inventory.tests.helpers import lines, new_order, stock
from seamline.calls import use
from seamline.eventsourcing import Histories
from seamline.web.principal import Principal

A, B = Sku("A"), Sku("B")
known = Histories(STOCK)


def units(state: KnownStock) -> tuple[int, int]:
    return state.on_hand, state.reserved


@pytest.mark.usefixtures("database")
def test_stock_is_known_as_of_any_time() -> None:
    stock(A=5, B=2)
    sold, let_go, kept, returned = (new_order() for _ in range(4))
    moments = []
    inventory = use(Inventory)
    for step in (
        lambda: inventory.reserve(order_id=sold, lines=lines(A=2, B=1)),
        lambda: inventory.confirm(order_id=sold),
        lambda: inventory.reserve(order_id=let_go, lines=lines(A=1)),
        lambda: inventory.release(order_id=let_go, reason="changed their mind"),
        lambda: inventory.reserve(order_id=kept, lines=lines(A=1)),
        lambda: inventory.adjust(sku=A, change=10, reason="delivery"),
        lambda: inventory.reserve(order_id=returned, lines=lines(A=3)),
        lambda: inventory.confirm(order_id=returned),
        lambda: inventory.release(order_id=returned, reason="cancelled"),
    ):
        moments.append(datetime.now(UTC))
        step()
    levels = use(Inventory).levels(skus=(A, B))
    for sku in (A, B):
        assert units(known.get(sku).state) == (levels[sku].on_hand, levels[sku].reserved)
    then = [units(known.get(A, as_of=moment).state) for moment in moments]
    assert then == [(5, 0), (5, 2), (3, 0), (3, 1), (3, 0), (3, 1), (13, 1), (13, 4), (10, 1)]


steps = st.lists(st.tuples(st.sampled_from(["reserve", "confirm", "release", "expire", "adjust"]), st.integers(0, 3)))


@given(steps)
@settings(max_examples=200)
def test_units_are_never_promised_twice_whatever_happens(happened: list[tuple[str, int]]) -> None:
    state, orders = KnownStock(), [new_order() for _ in range(4)]
    held: dict[int, str] = {}
    for kind, number in happened:
        line = (StockLine(sku=A, quantity=number + 1),)
        match kind, held.get(number):
            case "adjust", _:
                state = evolve(state, StockAdjusted(sku=A, change=number, on_hand=0, reason=""), A)
            case "reserve", None:
                held[number] = "held"
                moment = datetime.now(UTC)
                state = evolve(state, StockReserved(order_id=orders[number], lines=line, expires_at=moment), A)
            case "confirm", "held":
                held[number] = "confirmed"
                state = evolve(state, ReservationConfirmed(order_id=orders[number], lines=line), A)
            case "release", "held" | "confirmed":
                held[number] = "gone"
                state = evolve(state, ReservationReleased(order_id=orders[number], lines=line, reason=""), A)
            case "expire", "held":
                held[number] = "gone"
                state = evolve(state, ReservationExpired(order_id=orders[number], lines=line), A)
        assert state.reserved == sum(number + 1 for number, what in held.items() if what == "held")


@pytest.mark.usefixtures("database")
def test_operators_read_it_over_http_and_nobody_else() -> None:
    stock(A=5)
    between = datetime.now(UTC).isoformat()
    with pytest.raises(OutOfStock):
        use(Inventory).reserve(order_id=new_order(), lines=lines(A=6))
    use(Inventory).reserve(order_id=new_order(), lines=lines(A=2))
    path = "/api/v1/inventory/ledger/stock/A/"
    assert APIClient().get(path).status_code in (401, 403)
    client = APIClient()
    client.force_authenticate(Principal(operator="olivia", permissions=frozenset(("*",))))
    assert client.get(path).json()["state"] == {"on_hand": 5, "reserved": 2, "confirmed": []}
    assert client.get(path, {"as_of": between}).json()["state"]["reserved"] == 0
    found = client.get(f"{path}diff/", {"from": between}).json()
    assert found["differences"] == [{"field": "reserved", "before": 0, "after": 2}]
    history = client.get(f"{path}history/").json()
    assert [each["name"] for each in history["events"]] == ["inventory.stock_adjusted", "inventory.stock_reserved"]
    assert client.get(path, {"as_of": "tomorrow"}).status_code == 400
    assert client.get(f"{path}diff/").status_code == 400
    assert client.get("/api/v1/inventory/ledger/stock/NOTHING/").status_code == 404
