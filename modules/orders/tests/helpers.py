"""What several tests of orders need: neighbours that behave, carts, checkouts, and what the database itself says."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from contracts.catalog import Catalog, Product
from contracts.inventory import Inventory, Reservation, ReservationState, StockLine
from contracts.kernel import CartId, Money, OrderId, PostalAddress, Sku
from contracts.orders import Order, OrderLine, Orders, SaleRecord
from contracts.payments import Payment, PaymentMethod, Payments, PaymentState
from seamline.calls import use
from seamline.contract import Contract
from seamline.data import connection_for
from seamline.testing import Fake

ADDRESS = PostalAddress(name="Ada", line1="1 Road", city="Town", postcode="SW1A 1AA", country="United Kingdom")
A, B = Sku("A"), Sku("B")
PRICES = {A: Decimal("2.50"), B: Decimal("10.00")}


class Neighbours:
    """Fakes of the modules that orders calls, all willing; tests tell one of them to fail."""

    def __init__(self, fakes: Callable[[type[Contract]], Fake]) -> None:
        self.catalog, self.inventory, self.payments = fakes(Catalog), fakes(Inventory), fakes(Payments)
        self.withdrawn: set[Sku] = set()
        self.catalog.do("products", self._products)
        self.willing()

    def willing(self) -> None:
        """All of them do what they are asked."""
        for operation in ("reserve", "confirm"):
            self.inventory.do(operation, self._reserve)
        for operation in ("authorise", "capture"):
            self.payments.do(operation, self._pay)
        self.inventory.answer("release", None)
        self.payments.answer("void", None)

    @property
    def commands(self) -> list[str]:
        """The commands that they received, each module's in order: inventory's first."""
        return [call.operation for fake in (self.inventory, self.payments) for call in fake.calls]

    def _products(self, *, skus: tuple[Sku, ...]) -> dict[Sku, Product]:
        return {
            sku: Product(
                sku=sku,
                name=f"Thing {sku}",
                description="",
                category="things",
                price=Money(amount=PRICES.get(sku, Decimal("1.00"))),
                on_sale=sku not in self.withdrawn,
            )
            for sku in skus
            if sku != "UNKNOWN"
        }

    @staticmethod
    def _reserve(*, order_id: OrderId, lines: tuple[StockLine, ...] = (), hold_seconds: int = 900) -> Reservation:
        return Reservation(
            order_id=order_id, state=ReservationState.HELD, lines=lines, expires_at=datetime(2030, 1, 1, tzinfo=UTC)
        )

    @staticmethod
    def _pay(*, order_id: OrderId, amount: Money | None = None, payment_method: str = "") -> Payment:
        return Payment(
            order_id=order_id,
            amount=amount or Money(amount=Decimal("1.00")),
            refunded=Money(amount=Decimal("0.00")),
            state=PaymentState.AUTHORISED,
            method=PaymentMethod(token=payment_method, brand="Visa", last4="4242"),
        )


def new_cart(**quantities: int) -> CartId:
    """``new_cart(A=2, B=1)``"""
    cart_id = CartId(uuid.uuid4())
    for sku, quantity in quantities.items():
        use(Orders).add_to_cart(cart_id=cart_id, sku=Sku(sku), quantity=quantity)
    return cart_id


def checkout(cart_id: CartId, *, key: str | None = None, **changes: Any) -> Order:
    """Buy a cart."""
    arguments = {"email": "ada@example.com", "ship_to": ADDRESS, "payment_method": "token"} | changes
    return use(Orders, idempotency_key=key).place_order(cart_id=cart_id, **arguments)


def sale(number: str, *, units: int = 2, **changes: Any) -> SaleRecord:
    """A sale of two units of A; a credit note where units are negative."""
    price = Money(amount=PRICES[A])
    values: dict[str, Any] = {
        "order_id": OrderId(uuid.uuid5(uuid.NAMESPACE_OID, number)),
        "number": number,
        "customer_id": None,
        "country": "France",
        "placed_at": datetime(2011, 3, 4, 5, 6, tzinfo=UTC),
        "lines": (OrderLine(sku=A, name="Thing A", quantity=units, unit_price=price),),
        "total": price * units,
        "is_credit_note": units < 0,
    }
    return SaleRecord(**(values | changes))


def rows(sql: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the database itself says."""
    with connection_for("orders").cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def events() -> list[str]:
    """The names of all events, in order."""
    return [name for (name,) in rows("SELECT name FROM event_log ORDER BY position")]


def make_sagas_due() -> None:
    """As if all waits and leases were over."""
    with connection_for("orders").cursor() as cursor:
        cursor.execute(
            """UPDATE saga_instance SET next_at = now() - interval '1 second',
            lease_until = CASE WHEN lease_owner IS NOT NULL THEN now() - interval '1 second' END"""
        )
