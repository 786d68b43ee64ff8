"""What product pages tell of prices and sales: from two logs in any order, and the same when it is made anew."""

from __future__ import annotations

import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from contracts.catalog import Catalog, CategoryDraft, ProductDraft
from contracts.kernel import Money, OrderId, Sku
from contracts.orders import CreditNoteIssued, OrderPlaced
from modules.storefront.models import OrderSummary, ProductFacts
from modules.storefront.tests.test_handlers import LINES, cancelled, placed
from seamline.calls import use
from seamline.data import atomic
from seamline.events import drain, publish
from seamline.projections import compare, rebuild

pytestmark = pytest.mark.usefixtures("database")
NAME, HISTORY = "storefront.product_facts", "storefront.order_history"
BAG = Sku("10000")


def order(number: int, **changes: object) -> OrderPlaced:
    return replace(placed(), order_id=OrderId(uuid.UUID(int=number)), number=f"S{number}", **changes)


def busy_day() -> None:
    """Three orders, one of them cancelled, a credit note, and a price that fell."""
    draft = ProductDraft(sku=BAG, name="THING 0", price=Money(amount=Decimal("2.00")), category="bags")
    use(Catalog).put_products(categories=(CategoryDraft(slug="bags", name="Bags"),), products=(draft,))
    with atomic("orders"):
        publish(order(1), order(2, lines=(*LINES[:1], *LINES[:1])), order(3))
    drain()
    note = CreditNoteIssued(
        order_id=OrderId(uuid.UUID(int=9)),
        number="C9",
        channel=placed().channel,
        customer_id=None,
        country="France",
        lines=(replace(LINES[0], quantity=-1),),
        total=Money(amount=Decimal("-1.25")),
        issued_at=placed().placed_at,
    )
    with atomic("orders"):
        publish(replace(cancelled(), order_id=OrderId(uuid.UUID(int=3))), note)
    use(Catalog).change_price(sku=BAG, price=Money(amount=Decimal("1.50")), reason="sale")
    drain()


def test_facts_are_what_the_events_add_up_to() -> None:
    busy_day()
    found = ProductFacts.objects.get(sku=BAG)
    assert (found.units_sold, found.orders) == (2 + 4 - 1, 2)
    assert (found.price, found.was_price, str(found.reduced_from)) == (Decimal("1.50"), Decimal("2.00"), "£2.00")
    other = ProductFacts.objects.get(sku=LINES[1].sku)
    assert (other.units_sold, other.price, other.reduced_from) == (2, None, None)


@pytest.mark.parametrize(("name", "model"), [(NAME, ProductFacts), (HISTORY, OrderSummary)])
def test_rows_made_anew_are_those_that_are_there_and_lost_ones_come_back(
    name: str, model: type[ProductFacts] | type[OrderSummary]
) -> None:
    busy_day()
    before = sorted(model.objects.values_list())
    assert compare(name).is_equal
    model.objects.order_by("pk").first().delete()  # type: ignore[union-attr]
    outcome = rebuild(name)
    assert (outcome.swapped, outcome.is_equal) == (True, False)
    assert sorted(model.objects.values_list()) == before
