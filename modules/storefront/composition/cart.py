"""The basket with names, prices and stock. Prices are the catalogue's of this moment; the checkout takes its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.catalog import Catalog, Product
from contracts.inventory import Inventory
from contracts.kernel import ZERO, CartId, Money, Sku
from contracts.orders import Orders
from contracts.recommendations import Recommendation, Recommendations
from modules.storefront.composition.cards import Card, Stock, recommended
from modules.storefront.visitor import Visitor
from seamline.calls import use


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    product: Product
    quantity: int
    available: int | None

    @property
    def total(self) -> Money:
        return self.product.price * self.quantity

    @property
    def problem(self) -> str:
        """Why this line cannot be bought as it is; empty where it can."""
        if not self.product.on_sale:
            return "No longer on sale. Please take it out."
        if self.available is None or self.quantity <= self.available:
            return ""
        return f"Only {self.available} left." if self.available > 0 else "Sold out. Please take it out."


@dataclass(frozen=True, slots=True, kw_only=True)
class CartPage:
    lines: tuple[Line, ...]
    suggestions: tuple[Card, ...] = ()

    @property
    def total(self) -> Money:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def units(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def has_problems(self) -> bool:
        return any(line.problem for line in self.lines)


EMPTY = CartPage(lines=())


def cart_page(visitor: Visitor, *, cart_id: CartId | None = None, suggest: bool = True) -> CartPage:
    """What is in the basket. Basket and catalogue are required; stock and suggestions are not.

    :param cart_id: another basket than the visitor's own.
    """
    cart_id = cart_id or visitor.cart_id
    if cart_id is None:
        return EMPTY
    cart = use(Orders).cart(cart_id=cart_id)
    if cart_id == visitor.cart_id:
        visitor.remember_cart(cart)
    if not cart.lines:
        return EMPTY
    skus = tuple(line.sku for line in cart.lines)
    products: Mapping[Sku, Product] = use(Catalog).products(skus=skus)
    stock: Stock = use(Inventory, fallback=None).availability(skus=skus)
    suited: tuple[Recommendation, ...] = (
        use(Recommendations, fallback=()).for_basket(skus=skus, limit=4) if suggest else ()
    )
    return CartPage(
        lines=tuple(
            Line(
                product=products[line.sku],
                quantity=line.quantity,
                available=None if stock is None else stock.get(line.sku, 0),
            )
            for line in cart.lines
            if line.sku in products
        ),
        suggestions=recommended(suited),
    )
