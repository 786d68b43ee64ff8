"""Who looks at the shop, as the browser's session knows it: the customer, the basket, the orders just placed.

The session holds identifiers and what every page's header shows, nothing that another module owns.
"""

from __future__ import annotations

import uuid

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

from contracts.customers import Customer
from contracts.kernel import CartId, CustomerId, OrderId
from contracts.orders import Cart, Order
from seamline.web.session import CUSTOMER_ID, is_outlived, log_in_customer

CUSTOMER_NAME = "customer_name"
CART_ID = "cart_id"
CART_UNITS = "cart_units"
ORDERS = "order_ids"
REMEMBERED_ORDERS = 20


class Visitor:
    """A view of one session. Writes go to the session at once."""

    def __init__(self, session: SessionBase) -> None:
        self._session = session

    @property
    def customer_id(self) -> CustomerId | None:
        """The customer who is logged in."""
        value = self._session.get(CUSTOMER_ID)
        return CustomerId(uuid.UUID(value)) if value else None

    @property
    def is_customer(self) -> bool:
        return CUSTOMER_ID in self._session

    @property
    def name(self) -> str:
        """The customer's name, empty for guests."""
        return str(self._session.get(CUSTOMER_NAME, ""))

    @property
    def actor(self) -> str:
        return f"customer:{self.customer_id}" if self.is_customer else "anonymous"

    @property
    def cart_id(self) -> CartId | None:
        """The basket, once there is one."""
        value = self._session.get(CART_ID)
        return CartId(uuid.UUID(value)) if value else None

    @property
    def cart_units(self) -> int:
        """Units in the basket when it was last seen."""
        return int(self._session.get(CART_UNITS, 0))

    @property
    def order_ids(self) -> tuple[OrderId, ...]:
        """Orders placed in this session, the newest first."""
        return tuple(OrderId(uuid.UUID(value)) for value in self._session.get(ORDERS, ()))

    def claim_cart(self) -> CartId:
        """The basket's id; a new one where there is none yet."""
        cart_id = self.cart_id or CartId(uuid.uuid4())
        self._session[CART_ID] = str(cart_id)
        return cart_id

    def remember_cart(self, cart: Cart) -> None:
        """Keep what the header shows of the basket."""
        self._session[CART_UNITS] = sum(line.quantity for line in cart.lines)

    def rename(self, name: str) -> None:
        self._session[CUSTOMER_NAME] = name

    def log_in(self, customer: Customer) -> CartId | None:
        """Become this customer under a new session key; answers the guest's basket, to be merged."""
        guest_cart = None if self.is_customer else self.cart_id
        log_in_customer(self._session, customer.customer_id)
        self._session[CUSTOMER_NAME] = customer.name
        self._session[CART_ID] = str(cart_of_customer(customer.customer_id))
        return guest_cart

    def renew(self, customer_id: CustomerId) -> None:
        """Go on under a new session key; other sessions of the customer are over once the password has changed."""
        log_in_customer(self._session, customer_id)

    def is_outlived_by(self, customer: Customer) -> bool:
        """Whether the customer changed the password after this session began."""
        return is_outlived(self._session, credentials_changed_at=customer.credentials_changed_at)

    def log_out(self) -> None:
        """Forget everything; the customer's basket waits for the next login."""
        self._session.flush()

    def remember_order(self, order: Order) -> None:
        """The basket was bought: guests get a new one with their next purchase, and may see this order."""
        if not self.is_customer:
            self._session.pop(CART_ID, None)
        self._session[CART_UNITS] = 0
        known = [str(order_id) for order_id in self.order_ids if order_id != order.order_id]
        self._session[ORDERS] = [str(order.order_id), *known][:REMEMBERED_ORDERS]

    def may_see(self, order: Order) -> bool:
        """Whether the order is this customer's, or was placed in this session."""
        if order.customer_id is not None:
            return order.customer_id == self.customer_id
        return order.order_id in self.order_ids


def cart_of_customer(customer_id: CustomerId) -> CartId:
    """The one basket of a customer, the same on all their devices; nobody can work it out from the customer's id."""
    digest = salted_hmac("storefront.cart", str(customer_id), algorithm="sha256").digest()
    return CartId(uuid.UUID(bytes=digest[:16], version=4))
