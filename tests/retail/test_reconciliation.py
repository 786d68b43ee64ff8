"""The whole real file in the shop: what the modules answer agrees with an independent count, to the penny."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from contracts.catalog import Catalog
from contracts.customers import Customers
from contracts.inventory import Inventory
from contracts.orders import Order, Orders
from contracts.payments import Payments
from modules.analytics.application.count_pairs import count_pairs
from project.retail.importing import import_retail_file, was_imported
from project.retail.progress import Silent
from project.retail.report import ImportReport
from project.retail.shipment import batches
from seamline.calls import use
from tests.retail.analytics import assert_analytics_agree
from tests.retail.files import REAL_FILE, needs_real_file
from tests.retail.independent import figures_of

pytestmark = needs_real_file
LONDON = ZoneInfo("Europe/London")
A_BATCH = 1000
PATIENCE = 60.0


@dataclass
class Stored:
    """What the modules hold of one month and country."""

    revenue: Decimal = Decimal("0.00")
    units: int = 0
    orders: int = 0
    credit_notes: int = 0


def stored_orders(report: ImportReport) -> Iterator[Order]:
    for batch in batches([sale.order_id for sale in report.shipment.sales], A_BATCH):
        yield from use(Orders, timeout=PATIENCE).orders_by_id(order_ids=batch).values()


def stored_figures(report: ImportReport) -> dict[tuple[str, str], Stored]:
    figures: defaultdict[tuple[str, str], Stored] = defaultdict(Stored)
    for order in stored_orders(report):
        cell = figures[f"{order.placed_at.astimezone(LONDON):%Y-%m}", order.country]
        cell.revenue += order.total.amount
        cell.units += sum(line.quantity for line in order.lines)
        assert order.total.amount == sum(line.total.amount for line in order.lines), order.number
        if order.number.startswith("C"):
            cell.credit_notes += 1
        else:
            cell.orders += 1
    return dict(figures)


def test_shop_holds_the_real_file_to_the_penny_and_a_second_import_adds_nothing(database: None, tmp_path: Path) -> None:
    report = import_retail_file(REAL_FILE, marks=tmp_path, progress=Silent())
    _orders_agree(report)
    _other_modules_agree(report)
    count_pairs()
    assert_analytics_agree(REAL_FILE, pairs=10)
    assert was_imported(REAL_FILE, marks=tmp_path)
    again = import_retail_file(REAL_FILE, marks=tmp_path, progress=Silent())
    assert again.events == 0
    _orders_agree(report)


def _orders_agree(report: ImportReport) -> None:
    stored, independent = stored_figures(report), figures_of(REAL_FILE)
    assert set(stored) == set(independent)
    for key, figures in independent.items():
        cell = stored[key]
        assert (cell.revenue, cell.units, cell.orders, cell.credit_notes) == (
            figures.revenue,
            figures.units,
            len(figures.orders),
            len(figures.credit_notes),
        ), key


def _other_modules_agree(report: ImportReport) -> None:
    shipment = report.shipment
    for products in batches(shipment.products, A_BATCH):
        skus = tuple(product.sku for product in products)
        known = use(Catalog, timeout=PATIENCE).products(skus=skus)
        assert {sku: (each.name, each.price) for sku, each in known.items()} == {
            product.sku: (product.name, product.price) for product in products
        }
        levels = use(Inventory, timeout=PATIENCE).levels(skus=skus)
        assert all(levels[sku].on_hand >= 20 and levels[sku].reserved == 0 for sku in skus)
    for customers in batches(shipment.customers, A_BATCH):
        ids = tuple(customer.customer_id for customer in customers)
        assert set(use(Customers, timeout=PATIENCE).customers(customer_ids=ids)) == set(ids)
    for settlements in batches(shipment.settlements, A_BATCH):
        ids = tuple(each.order_id for each in settlements)
        assert set(use(Payments, timeout=PATIENCE).payments(order_ids=ids)) == set(ids)
