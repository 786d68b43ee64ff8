"""Orders' implementation of its contract: each operation is its use case, nothing more.

Commands that ask other modules in between are stepwise.
"""

from __future__ import annotations

from collections.abc import Mapping

from contracts.kernel import CartId, CustomerId, OrderId, PostalAddress, Sku
from contracts.orders import Cart, Order, OrderPage, Orders, OrderState, SaleRecord
from modules.orders.application.add_to_cart import add_to_cart
from modules.orders.application.cancel_order import cancel_order
from modules.orders.application.cart import cart
from modules.orders.application.change_cart import change_cart
from modules.orders.application.merge_carts import merge_carts
from modules.orders.application.order import order
from modules.orders.application.orders_by_id import orders_by_id
from modules.orders.application.orders_of import orders_of
from modules.orders.application.place_order import place_order
from modules.orders.application.put_sales import put_sales
from seamline.calls import stepwise, stepwise_until


class OrdersService(Orders):
    """Carts, checkout and orders."""

    def cart(self, *, cart_id: CartId) -> Cart:
        return cart(cart_id=cart_id)

    def order(self, *, order_id: OrderId) -> Order:
        return order(order_id=order_id)

    def orders_by_id(self, *, order_ids: tuple[OrderId, ...]) -> Mapping[OrderId, Order]:
        return orders_by_id(order_ids=order_ids)

    def orders_of(self, *, customer_id: CustomerId, offset: int = 0, limit: int = 20) -> OrderPage:
        return orders_of(customer_id=customer_id, offset=offset, limit=limit)

    @stepwise
    def add_to_cart(
        self, *, cart_id: CartId, sku: Sku, quantity: int = 1, customer_id: CustomerId | None = None
    ) -> Cart:
        return add_to_cart(cart_id=cart_id, sku=sku, quantity=quantity, customer_id=customer_id)

    def change_cart(self, *, cart_id: CartId, sku: Sku, quantity: int) -> Cart:
        return change_cart(cart_id=cart_id, sku=sku, quantity=quantity)

    def merge_carts(self, *, source: CartId, target: CartId, customer_id: CustomerId) -> Cart:
        return merge_carts(source=source, target=target, customer_id=customer_id)

    @stepwise_until(lambda order: order.state is not OrderState.PENDING)
    def place_order(
        self,
        *,
        cart_id: CartId,
        email: str,
        ship_to: PostalAddress,
        payment_method: str,
        customer_id: CustomerId | None = None,
    ) -> Order:
        return place_order(
            cart_id=cart_id, email=email, ship_to=ship_to, payment_method=payment_method, customer_id=customer_id
        )

    @stepwise
    def cancel_order(self, *, order_id: OrderId, reason: str) -> Order:
        return cancel_order(order_id=order_id, reason=reason)

    def put_sales(self, *, sales: tuple[SaleRecord, ...]) -> int:
        return put_sales(sales=sales)
