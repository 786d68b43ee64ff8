"""A small shop made of contract fakes that agree with each other, and a browser to walk through it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from contracts.catalog import Catalog, Category, Product, ProductPage, UnknownCategory, UnknownProduct
from contracts.customers import AddressId, Customer, Customers, SavedAddress, WrongCredentials
from contracts.inventory import Inventory
from contracts.kernel import CartId, CustomerId, Money, OrderId, PostalAddress, Sku
from contracts.orders import Cart, CartLine, Channel, Order, OrderLine, Orders, OrderState, UnknownOrder
from contracts.payments import Payment, PaymentMethod, Payments, PaymentState, UnknownPayment
from contracts.recommendations import Recommendation, Recommendations
from seamline.contract import Contract
from seamline.testing import Fake

NAMES = (
    ("22423", "REGENCY CAKESTAND 3 TIER", "kitchen-and-dining", "12.75"),
    ("85123A", "WHITE HANGING HEART T-LIGHT HOLDER", "candles-and-lights", "2.95"),
    ("20725", "LUNCH BAG RED RETROSPOT", "bags-and-boxes", "1.65"),
    ("47566", "PARTY BUNTING", "party-and-celebration", "4.95"),
    ("84879", "ASSORTED COLOUR BIRD ORNAMENT", "home-decoration", "1.69"),
    ("22697", "GREEN REGENCY TEACUP AND SAUCER", "kitchen-and-dining", "2.95"),
    ("22727", "ALARM CLOCK BAKELIKE RED", "home-decoration", "3.75"),
    ("21731", "RED TOADSTOOL LED NIGHT LIGHT", "candles-and-lights", "1.65"),
    ("22086", "PAPER CHAIN KIT 50'S CHRISTMAS", "christmas", "2.95"),
    ("23301", "GARDENERS KNEELING PAD KEEP CALM", "garden", "1.65"),
    ("22178", "VICTORIAN GLASS HANGING T-LIGHT", "candles-and-lights", "1.25"),
    ("22960", "JAM MAKING SET WITH JARS", "kitchen-and-dining", "4.25"),
    ("21080", "SET/20 RED RETROSPOT PAPER NAPKINS", "party-and-celebration", "0.85"),
    ("22138", "BAKING SET 9 PIECE RETROSPOT", "kitchen-and-dining", "4.95"),
    ("22630", "DOLLY GIRL LUNCH BOX", "bags-and-boxes", "1.95"),
    ("23284", "DOORMAT KEEP CALM AND COME IN", "home-decoration", "8.25"),
)
ADDRESS = PostalAddress(
    name="Ada Pemberton", line1="4 Threadneedle Walk", city="Bath", postcode="BA1 2AB", country="United Kingdom"
)
CUSTOMER = Customer(
    customer_id=CustomerId(uuid.UUID(int=7)),
    email="ada@example.com",
    name="Ada Pemberton",
    country="United Kingdom",
    signed_up_at=datetime(2011, 3, 4, 9, 30, tzinfo=UTC),
)
PASSWORD = "a good long password"


@dataclass
class Shop:
    """The fakes, and what they know."""

    catalog: Fake
    customers: Fake
    inventory: Fake
    orders: Fake
    payments: Fake
    recommendations: Fake
    products: dict[Sku, Product] = field(default_factory=dict)
    carts: dict[CartId, tuple[CartLine, ...]] = field(default_factory=dict)
    placed: dict[str, Order] = field(default_factory=dict)
    """Orders by idempotency key."""

    def cart(self, cart_id: CartId) -> Cart:
        return Cart(cart_id=cart_id, customer_id=None, lines=self.carts.get(cart_id, ()))

    def add_to_cart(self, *, cart_id: CartId, sku: Sku, quantity: int = 1, **rest: Any) -> Cart:
        self.carts[cart_id] = (*self.carts.get(cart_id, ()), CartLine(sku=sku, quantity=quantity))
        return self.cart(cart_id)

    def change_cart(self, *, cart_id: CartId, sku: Sku, quantity: int) -> Cart:
        others = [line for line in self.carts.get(cart_id, ()) if line.sku != sku]
        self.carts[cart_id] = (*others, *([CartLine(sku=sku, quantity=quantity)] if quantity else []))
        return self.cart(cart_id)

    def merge_carts(self, *, source: CartId, target: CartId, customer_id: CustomerId) -> Cart:
        self.carts[target] = (*self.carts.get(target, ()), *self.carts.pop(source, ()))
        return self.cart(target)

    def place_order(self, *, cart_id: CartId, email: str, ship_to: PostalAddress, **rest: Any) -> Order:
        key = self.orders.calls[-1].idempotency_key
        if key not in self.placed:
            lines = tuple(
                OrderLine(
                    sku=line.sku,
                    name=self.products[line.sku].name,
                    quantity=line.quantity,
                    unit_price=self.products[line.sku].price,
                )
                for line in self.carts.pop(cart_id, ())
            )
            self.placed[key] = Order(
                order_id=OrderId(uuid.uuid4()),
                number=f"S{100_001 + len(self.placed)}",
                customer_id=rest.get("customer_id"),
                email=email,
                state=OrderState.PLACED,
                channel=Channel.SHOP,
                lines=lines,
                total=sum((line.total for line in lines[1:]), lines[0].total),
                country=ship_to.country,
                ship_to=ship_to,
                placed_at=datetime(2011, 12, 9, 12, 50, tzinfo=UTC),
            )
        return self.placed[key]

    def order(self, order_id: OrderId) -> Order:
        for order in self.placed.values():
            if order.order_id == order_id:
                return order
        raise UnknownOrder(order_id=order_id)

    def product(self, sku: Sku) -> Product:
        if sku not in self.products:
            raise UnknownProduct(sku=sku)
        return self.products[sku]

    def search(
        self, *, text: str = "", category: str = "", offset: int = 0, limit: int = 24, **rest: Any
    ) -> ProductPage:
        found = [
            product
            for product in self.products.values()
            if text.upper() in product.name and category in ("", product.category)
        ]
        if category and not found:
            raise UnknownCategory(slug=category)
        return ProductPage(products=tuple(found[offset : offset + limit]), total=len(found))

    def verify_password(self, *, email: str, password: str) -> Customer:
        if (email, password) != (CUSTOMER.email, PASSWORD):
            raise WrongCredentials
        return CUSTOMER


@pytest.fixture
def shop(fakes: Callable[[type[Contract]], Fake]) -> Shop:
    """A shop with sixteen products, one customer, and everything in stock."""
    contracts = (Catalog, Customers, Inventory, Orders, Payments, Recommendations)
    shop = Shop(*(fakes(contract) for contract in contracts))
    for sku, name, category, price in NAMES:
        shop.products[Sku(sku)] = Product(
            sku=Sku(sku),
            name=name,
            description="",
            category=category,
            price=Money(amount=Decimal(price)),
            on_sale=True,
        )
    slugs = sorted({product.category for product in shop.products.values()})
    categories = tuple(
        Category(
            slug=slug,
            name=slug.replace("-", " ").capitalize(),
            product_count=sum(product.category == slug for product in shop.products.values()),
        )
        for slug in slugs
    )
    shop.catalog.answer("categories", categories)
    shop.catalog.do("product", shop.product)
    shop.catalog.do("products", lambda skus: {sku: shop.products[sku] for sku in skus if sku in shop.products})
    shop.catalog.do("search", shop.search)
    shop.catalog.do("suggest", lambda prefix, limit: shop.search(text=prefix, limit=limit).products)
    shop.inventory.do("availability", lambda skus: {sku: 5000 if sku != "22086" else 3 for sku in skus})
    shop.recommendations.do("also_bought", lambda sku, limit: _recommend(sku))
    shop.recommendations.do("for_basket", lambda skus, limit: _recommend(skus[0]))
    shop.recommendations.do("for_customer", lambda customer_id, limit: _recommend(Sku("22423")))
    shop.orders.do("cart", shop.cart)
    shop.orders.do("order", shop.order)
    shop.orders.do("orders_by_id", lambda order_ids: {order_id: shop.order(order_id) for order_id in order_ids})
    for name in ("add_to_cart", "change_cart", "merge_carts", "place_order"):
        shop.orders.do(name, getattr(shop, name))
    method = PaymentMethod(token="token-1", brand="visa", last4="4242")
    shop.payments.answer("register_card", method)
    shop.payments.do("payment", lambda order_id: _payment(shop, order_id, method))
    shop.customers.do("verify_password", shop.verify_password)
    shop.customers.answer("customer", CUSTOMER)
    shop.customers.answer(
        "addresses", (SavedAddress(address_id=AddressId(uuid.UUID(int=9)), address=ADDRESS, is_default=True),)
    )
    return shop


def _recommend(sku: Sku) -> tuple[Recommendation, ...]:
    others = [Sku(other) for other, *_ in NAMES if other != sku][4:10]
    return tuple(
        Recommendation(sku=other, score=1 / place, because_of=(sku,), bought_together=700 // place)
        for place, other in enumerate(others, start=1)
    )


def _payment(shop: Shop, order_id: OrderId, method: PaymentMethod) -> Payment:
    try:
        amount = shop.order(order_id).total
    except UnknownOrder:
        raise UnknownPayment(order_id=order_id) from None
    return Payment(order_id=order_id, amount=amount, refunded=amount * 0, state=PaymentState.CAPTURED, method=method)


@pytest.fixture
def guest(database: None, shop: Shop) -> Client:
    """A browser that nobody is logged in with; it checks CSRF tokens no more than Django's test client does."""
    return Client()


@pytest.fixture
def customer(guest: Client) -> Client:
    """A browser in which the customer is logged in."""
    answer = guest.post("/login/", {"email": CUSTOMER.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()
    return guest
