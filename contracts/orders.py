"""Orders: carts, the checkout, and what became of each order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from contracts.inventory import Shortfall
from contracts.kernel import CartId, CustomerId, Money, OrderId, PostalAddress, Sku
from seamline.contract import Contract, ContractError, ErrorKind, Event, command, query


class OrderState(StrEnum):
    PENDING = "pending"
    """The checkout is under way."""
    PLACED = "placed"
    """Stock is confirmed and the money captured."""
    REJECTED = "rejected"
    """The checkout failed; stock and money were given back."""
    CANCELLED = "cancelled"
    """Placed, then cancelled; stock and money were given back."""


class Channel(StrEnum):
    """Where an order came from."""

    SHOP = "shop"
    IMPORT = "import"


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    sku: Sku
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    cart_id: CartId
    customer_id: CustomerId | None
    lines: tuple[CartLine, ...]
    """In the order in which they were put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """What was sold, at the price and under the name of that moment."""

    sku: Sku
    name: str
    quantity: int
    unit_price: Money

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    order_id: OrderId
    number: str
    """For people: the shop's own are ``S`` and digits, imported ones keep their invoice number."""
    customer_id: CustomerId | None
    email: str
    state: OrderState
    channel: Channel
    lines: tuple[OrderLine, ...]
    total: Money
    country: str
    ship_to: PostalAddress | None
    """None for imported orders."""
    placed_at: datetime
    rejection: str = ""
    """Why the checkout failed: the code of the error, such as ``payments.card_declined``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    orders: tuple[Order, ...]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleRecord:
    """A sale or a credit note (negative quantities) from elsewhere, as it happened."""

    order_id: OrderId
    number: str
    customer_id: CustomerId | None
    country: str
    placed_at: datetime
    lines: tuple[OrderLine, ...]
    total: Money
    is_credit_note: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event, name="orders.order_placed", key="order_id"):
    """An order is final: stock is confirmed and the money captured."""

    order_id: OrderId
    number: str
    channel: Channel
    customer_id: CustomerId | None
    email: str
    country: str
    lines: tuple[OrderLine, ...]
    total: Money
    placed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRejected(Event, name="orders.order_rejected", key="order_id"):
    order_id: OrderId
    number: str
    customer_id: CustomerId | None
    email: str
    total: Money
    reason: str
    """The code of the error that ended the checkout."""
    rejected_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(Event, name="orders.order_cancelled", key="order_id"):
    order_id: OrderId
    number: str
    customer_id: CustomerId | None
    email: str
    lines: tuple[OrderLine, ...]
    total: Money
    reason: str
    cancelled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditNoteIssued(Event, name="orders.credit_note_issued", key="order_id"):
    """Goods came back, or money was given back, outside the shop's own checkout. Quantities and total are negative."""

    order_id: OrderId
    number: str
    channel: Channel
    customer_id: CustomerId | None
    country: str
    lines: tuple[OrderLine, ...]
    total: Money
    issued_at: datetime


@dataclass(eq=False, kw_only=True)
class OrdersError(ContractError, module="orders"):
    """Root of the orders' errors."""


@dataclass(eq=False, kw_only=True)
class UnknownOrder(OrdersError, kind=ErrorKind.NOT_FOUND):
    """No order has this id."""

    order_id: OrderId


@dataclass(eq=False, kw_only=True)
class EmptyCart(OrdersError, kind=ErrorKind.INVALID):
    """There is nothing in the cart to order."""

    cart_id: CartId


@dataclass(eq=False, kw_only=True)
class NotForSale(OrdersError, kind=ErrorKind.INVALID):
    """Some products are unknown or no longer on sale."""

    skus: tuple[Sku, ...]


@dataclass(eq=False, kw_only=True)
class InvalidQuantity(OrdersError, kind=ErrorKind.INVALID):
    """A quantity is between 1 and the largest that a cart takes; a cart has at most 100 lines."""

    sku: Sku
    quantity: int
    largest: int


@dataclass(eq=False, kw_only=True)
class InvalidCheckout(OrdersError, kind=ErrorKind.INVALID):
    """A field of the checkout is not acceptable."""

    field: str
    reason: str


@dataclass(eq=False, kw_only=True)
class StockRanOut(OrdersError):
    """Some products sold out before the order could be placed; nothing was charged."""

    order_id: OrderId
    shortfalls: tuple[Shortfall, ...]


@dataclass(eq=False, kw_only=True)
class PaymentFailed(OrdersError):
    """The payment did not go through; nothing was charged and the goods were put back."""

    order_id: OrderId
    reason: str


@dataclass(eq=False, kw_only=True)
class NotCancellable(OrdersError):
    """Only a placed order of the shop's own can be cancelled."""

    order_id: OrderId
    state: OrderState


class Orders(
    Contract,
    module="orders",
    version="1.0",
    events=(OrderPlaced, OrderRejected, OrderCancelled, CreditNoteIssued),
):
    """Carts, checkout and orders."""

    @query(timeout=0.3)
    def cart(self, *, cart_id: CartId) -> Cart:
        """The cart; an unknown id is an empty cart."""

    @query(timeout=0.5)
    def order(self, *, order_id: OrderId) -> Order:
        """One order with its lines.

        :raises UnknownOrder: no order has this id.
        """

    @query(timeout=0.5)
    def orders_by_id(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Order]:
        """The orders among these ids; unknown ids are left out."""

    @query(timeout=1.0)
    def orders_of(self, *, customer_id: CustomerId, offset: int = 0, limit: int = 20) -> OrderPage:
        """A customer's orders with their lines, the newest first. At most 100 a page."""

    @command(timeout=1.0)
    def add_to_cart(
        self, *, cart_id: CartId, sku: Sku, quantity: int = 1, customer_id: CustomerId | None = None
    ) -> Cart:
        """Put units of a product in the cart, on top of those that are in it. An unknown cart id makes a new cart.

        :raises NotForSale: the product is unknown or not on sale.
        :raises InvalidQuantity: the quantity, or the sum, is out of range.
        """

    @command(timeout=1.0)
    def change_cart(self, *, cart_id: CartId, sku: Sku, quantity: int) -> Cart:
        """Set the units of a product that is in the cart; 0 takes it out.

        :raises InvalidQuantity: the quantity is out of range.
        """

    @command(timeout=1.0)
    def merge_carts(self, *, source: CartId, target: CartId, customer_id: CustomerId) -> Cart:
        """Move what is in one cart into another, which then belongs to the customer; as after a login.

        Where both hold a product, the larger quantity stays.
        """

    @command(timeout=10.0)
    def place_order(
        self,
        *,
        cart_id: CartId,
        email: str,
        ship_to: PostalAddress,
        payment_method: str,
        customer_id: CustomerId | None = None,
    ) -> Order:
        """Buy what is in the cart: reserve stock, authorise the payment, confirm, capture.

        Answers the order as ``placed``; or as ``pending`` when a step still waits for another module and goes on by
        itself. The same idempotency key gives the same order.

        :param payment_method: a token from ``Payments.register_card``.
        :raises EmptyCart: nothing is in the cart.
        :raises NotForSale: a product in it was withdrawn.
        :raises InvalidCheckout: the e-mail address or the address is not acceptable.
        :raises StockRanOut: with the products that fall short; the order is rejected.
        :raises PaymentFailed: the order is rejected and the goods are put back.
        """

    @command(timeout=10.0)
    def cancel_order(self, *, order_id: OrderId, reason: str) -> Order:
        """Cancel a placed order: goods go back to the shelf, the money back to the card.

        Where the payment provider keeps silent, the call ends with ``DeadlineExceeded`` and the cancellation goes on
        by itself; called again with the same key, it answers how that went.

        :raises UnknownOrder: no order has this id.
        :raises NotCancellable: it is not placed, or was imported.
        """

    @command(timeout=60.0)
    def put_sales(self, *, sales: tuple[SaleRecord, ...]) -> int:
        """Take over sales and credit notes from elsewhere, each with its event; answers how many were new."""
