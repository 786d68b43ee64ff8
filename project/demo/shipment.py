"""Makes the demo shop: products from ``products.json``, and a year of baskets drawn with a fixed seed.

The same every time, so that a second start adds nothing. Pure but for reading its own file.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from contracts.catalog import CategoryDraft, ProductDraft
from contracts.customers import CustomerRecord
from contracts.inventory import StockRecord
from contracts.kernel import CustomerId, Money, OrderId, Sku
from contracts.orders import OrderLine, SaleRecord
from project.retail.shipment import Shipment

NAMESPACE = uuid5(NAMESPACE_URL, "seamline:demo")
SEED = 20250106
BASKETS = 320
FIRST_DAY = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
DAYS = 340
GUEST_SHARE, RETURN_SHARE = 0.2, 0.03
ON_SHELF = 40


@cache
def demo_shipment() -> Shipment:
    """The whole demo shop, with its order history."""
    content = json.loads((Path(__file__).parent / "products.json").read_text(encoding="utf-8"))
    products = _products(content)
    customers = _customers(content)
    sales = _sales(content, {product.sku: product for product in products}, customers)
    sold, returned = _moved(sales)
    return Shipment(
        categories=tuple(CategoryDraft(slug=each["slug"], name=each["name"]) for each in content["categories"]),
        products=tuple(replace(product, popularity=sold[product.sku] - returned[product.sku]) for product in products),
        customers=customers,
        stock=tuple(
            StockRecord(
                sku=product.sku,
                received=sold[product.sku] - returned[product.sku] + ON_SHELF,
                sold=sold[product.sku],
                returned=returned[product.sku],
                corrected=0,
            )
            for product in products
        ),
        sales=sales,
    )


def _products(content: dict[str, Any]) -> tuple[ProductDraft, ...]:
    return tuple(
        ProductDraft(
            sku=Sku(f"{category['prefix']}{place:02}"),
            name=name,
            price=Money(amount=Decimal(price)),
            category=category["slug"],
            description=description,
        )
        for category in content["categories"]
        for place, (name, price, description) in enumerate(category["products"], start=1)
    )


def _customers(content: dict[str, Any]) -> tuple[CustomerRecord, ...]:
    return tuple(
        CustomerRecord(
            customer_id=CustomerId(uuid5(NAMESPACE, f"customer:{number}")),
            name=name,
            country=country,
            known_since=FIRST_DAY,
            external_number=f"DEMO-{number:02}",
        )
        for number, (name, country) in enumerate(content["customers"], start=1)
    )


def _sales(
    content: dict[str, Any], products: dict[Sku, ProductDraft], customers: tuple[CustomerRecord, ...]
) -> tuple[SaleRecord, ...]:
    """Baskets: a few things that belong to one occasion, and sometimes something else."""
    random = Random(SEED)  # noqa: S311 - the same baskets every time, nothing secret
    occasions, weights = content["occasions"], [each["weight"] for each in content["occasions"]]
    sales: list[SaleRecord] = []
    for place in range(1, BASKETS + 1):
        wanted = occasions[random.choices(range(len(occasions)), weights)[0]]["products"]
        chosen = random.sample(wanted, k=min(len(wanted), random.randint(2, 5)))
        if random.random() < 0.35:
            chosen.append(random.choice(sorted(products)))
        customer = random.choice(customers)
        at = FIRST_DAY + timedelta(days=DAYS * place // BASKETS, minutes=random.randint(0, 660))
        sale = SaleRecord(
            order_id=OrderId(uuid5(NAMESPACE, f"order:{place}")),
            number=f"DEMO-{place:04}",
            customer_id=None if random.random() < GUEST_SHARE else customer.customer_id,
            country=customer.country,
            placed_at=at,
            lines=tuple(_line(products[Sku(sku)], random.choice((1, 1, 1, 2, 2, 3))) for sku in dict.fromkeys(chosen)),
            total=Money(amount=Decimal("0.00")),
        )
        sales.append(_totalled(sale))
        if random.random() < RETURN_SHARE:
            sales.append(_credit_note(sale))
    return tuple(sorted(sales, key=lambda sale: (sale.placed_at, sale.number)))


def _line(product: ProductDraft, quantity: int) -> OrderLine:
    return OrderLine(sku=product.sku, name=product.name, quantity=quantity, unit_price=product.price)


def _credit_note(sale: SaleRecord) -> SaleRecord:
    """The first line of the sale comes back a week later."""
    first = sale.lines[0]
    return _totalled(
        replace(
            sale,
            order_id=OrderId(uuid5(NAMESPACE, f"credit:{sale.number}")),
            number=f"{sale.number}C",
            placed_at=sale.placed_at + timedelta(days=7),
            lines=(replace(first, quantity=-first.quantity),),
            is_credit_note=True,
        )
    )


def _totalled(sale: SaleRecord) -> SaleRecord:
    total = sum((line.total.amount for line in sale.lines), Decimal("0.00"))
    return replace(sale, total=Money(amount=total))


def _moved(sales: tuple[SaleRecord, ...]) -> tuple[Counter[Sku], Counter[Sku]]:
    sold: Counter[Sku] = Counter()
    returned: Counter[Sku] = Counter()
    for sale in sales:
        for line in sale.lines:
            if sale.is_credit_note:
                returned[line.sku] -= line.quantity
            else:
                sold[line.sku] += line.quantity
    return sold, returned
