"""The real file, when it is there: all of it is understood, and the figures agree with an independent count."""

from __future__ import annotations

from collections import Counter

import pytest

from project.retail.book import Book, Cell, read_book, totals_by_month_and_country
from project.retail.categories import EVERYTHING_ELSE
from project.retail.classify import LineClass
from project.retail.convert import shipment_of
from project.retail.shipment import Shipment
from project.retail.source import open_source
from tests.retail.files import REAL_FILE, needs_real_file
from tests.retail.independent import figures_of

pytestmark = needs_real_file


@pytest.fixture(scope="module")
def book() -> Book:
    return read_book(open_source(REAL_FILE).rows)


@pytest.fixture(scope="module")
def shipment(book: Book) -> Shipment:
    return shipment_of(book)


def test_every_line_of_the_real_file_has_its_class(book: Book) -> None:
    counts = {each: share.lines for each, share in book.tally.classes.items()}
    assert sum(counts.values()) == book.tally.lines == 541_909
    assert counts[LineClass.CANCELLATION] == 9_288
    assert counts[LineClass.BAD_DEBT] == 3
    assert not book.tally.unusable
    assert book.tally.repeated == 5_268
    assert book.tally.adds_up


def test_revenue_units_and_orders_by_month_and_country_agree_with_an_independent_count(book: Book) -> None:
    totals = totals_by_month_and_country(book.invoices)
    independent = figures_of(REAL_FILE)
    assert set(totals) == {Cell(*key) for key in independent}
    for key, figures in independent.items():
        cell = totals[Cell(*key)]
        assert (cell.revenue, cell.units, cell.orders, cell.credit_notes) == (
            figures.revenue,
            figures.units,
            len(figures.orders),
            len(figures.credit_notes),
        ), key


def test_every_customer_and_country_of_the_real_file_arrives(shipment: Shipment) -> None:
    assert len(shipment.customers) == 4_372
    assert len({sale.country for sale in shipment.sales}) == 38
    assert len({sale.order_id for sale in shipment.sales}) == len(shipment.sales)


def test_few_products_are_without_a_category_and_all_have_name_and_price(shipment: Shipment) -> None:
    categories = Counter(product.category for product in shipment.products)
    assert categories[EVERYTHING_ELSE] < 0.2 * len(shipment.products)
    assert all(product.name and product.price.amount > 0 for product in shipment.products)
    names = {product.sku: product.name for product in shipment.products}
    assert names["85123A"] == "White Hanging Heart T-Light Holder"


def test_every_product_has_something_on_the_shelf(shipment: Shipment) -> None:
    assert {record.sku for record in shipment.stock} == {product.sku for product in shipment.products}
    for record in shipment.stock:
        assert record.received - record.sold + record.returned + record.corrected >= 20
