"""A small catalog to test with."""

from __future__ import annotations

from decimal import Decimal

from contracts.catalog import Catalog, CategoryDraft, ProductDraft
from contracts.kernel import Money, Sku
from seamline.calls import use
from seamline.data import connection_for

CATEGORIES = (CategoryDraft(slug="bags", name="Bags"), CategoryDraft(slug="lights", name="Lights"))


def pounds(amount: str) -> Money:
    return Money(amount=Decimal(amount))


def draft(sku: str, name: str, price: str = "1.00", *, category: str = "bags", popularity: int = 0) -> ProductDraft:
    return ProductDraft(sku=Sku(sku), name=name, price=pounds(price), category=category, popularity=popularity)


def stocked() -> None:
    """Four products on two shelves."""
    use(Catalog).put_products(
        categories=CATEGORIES,
        products=(
            draft("RED", "Red Retrospot Jumbo Bag", "1.95", popularity=50),
            draft("LUNCH", "Lunch Bag Red Spotty", "1.65", popularity=90),
            draft("HEART", "White Hanging Heart T-Light Holder", "2.55", category="lights", popularity=70),
            draft("LAMP", "Candle Lantern", "12.50", category="lights"),
        ),
    )


def event_names() -> list[str]:
    with connection_for("catalog").cursor() as cursor:
        cursor.execute("SELECT name FROM event_log ORDER BY position")
        return [name for (name,) in cursor.fetchall()]
