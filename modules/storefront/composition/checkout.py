"""Buying: the card goes to payments, the order to orders, both under the one-time key of the form that was shown.

The key is made when the form is shown and signed together with the basket it is for. Sending the same form again,
twice at once or after an answer was lost, gives the same order.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.core import signing

from contracts.customers import Customers, CustomersError
from contracts.kernel import CartId, CustomerId, PostalAddress
from contracts.orders import Order, Orders
from contracts.payments import Payments
from seamline.calls import use
from seamline.contract import ContractError, ErrorKind, Secret

_SALT = "storefront.checkout"
_VALID_SECONDS = 12 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The right to buy one basket once."""

    cart_id: CartId
    key: str

    def signed(self) -> str:
        """Text for the form's hidden field."""
        return signing.dumps([str(self.cart_id), self.key], salt=_SALT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What the customer filled in."""

    email: str
    ship_to: PostalAddress
    card_number: Secret
    expiry_month: int
    expiry_year: int
    security_code: Secret


def new_ticket(cart_id: CartId) -> Ticket:
    """A ticket for this basket that was never used."""
    return Ticket(cart_id=cart_id, key=uuid.uuid4().hex)


def ticket_from(text: str) -> Ticket | None:
    """The ticket of a form that was sent; None where it is not ours, or was shown half a day ago."""
    try:
        cart_id, key = signing.loads(text, salt=_SALT, max_age=_VALID_SECONDS)
    except signing.BadSignature:
        return None
    return Ticket(cart_id=CartId(uuid.UUID(cart_id)), key=key)


def buy(ticket: Ticket, purchase: Purchase, *, customer_id: CustomerId | None) -> Order:
    """Register the card and place the order.

    :raises InvalidCard: the card is not acceptable.
    :raises OrdersError: what ``Orders.place_order`` raises.
    """
    method = use(Payments, idempotency_key=f"{ticket.key}:card").register_card(
        number=purchase.card_number,
        expiry_month=purchase.expiry_month,
        expiry_year=purchase.expiry_year,
        security_code=purchase.security_code,
    )
    return use(Orders, idempotency_key=ticket.key).place_order(
        cart_id=ticket.cart_id,
        email=purchase.email,
        ship_to=purchase.ship_to,
        payment_method=method.token,
        customer_id=customer_id,
    )


def outcome_is_unknown(error: ContractError) -> bool:
    """Whether the order may have been placed although this error came: then the same ticket must be used again."""
    return error.kind in (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)


def keep_address(ticket: Ticket, address: PostalAddress, customer_id: CustomerId) -> bool:
    """Save the address for next time; whether it was saved. The order stands either way."""
    customers = use(Customers, idempotency_key=f"{ticket.key}:address", fallback=None)
    try:
        return customers.save_address(customer_id=customer_id, address=address) is not None
    except CustomersError:
        return False
