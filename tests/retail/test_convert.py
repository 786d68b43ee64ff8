"""From the book to the contracts' values: names, prices, customers, sales, stock."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from contracts.kernel import Money
from project.retail.book import Book, read_book
from project.retail.categories import EVERYTHING_ELSE, category_drafts, category_of
from project.retail.convert import customer_id, shipment_of
from project.retail.names import is_remark, readable_name
from project.retail.source import NumberedRow
from tests.retail.files import EXAMPLES, Row, row


def book_of(*rows: Row) -> Book:
    return read_book(NumberedRow(number, values) for number, values in enumerate(rows, start=2))


@pytest.mark.parametrize(
    ("description", "name"),
    [
        ("WHITE HANGING HEART T-LIGHT HOLDER", "White Hanging Heart T-Light Holder"),
        ("SET/20 RED RETROSPOT PAPER NAPKINS ", "Set/20 Red Retrospot Paper Napkins"),
        ("POLYESTER FILLER PAD 40x40cm", "Polyester Filler Pad 40x40cm"),
        ("POLYESTER FILLER PAD 65CMx65CM", "Polyester Filler Pad 65cmx65cm"),
        ("3 TRADITIONAl BISCUIT CUTTERS  SET", "3 Traditional Biscuit Cutters Set"),
        ("BAG 500g SWIRLY MARBLES", "Bag 500g Swirly Marbles"),
        ("TEA,COFFEE,SUGAR JARS", "Tea, Coffee, Sugar Jars"),
        ("50'S CHRISTMAS GIFT BAG LARGE", "50's Christmas Gift Bag Large"),
        ("POPPY'S PLAYHOUSE", "Poppy's Playhouse"),
        ("RED TOADSTOOL LED NIGHT LIGHT", "Red Toadstool LED Night Light"),
        ("*USB Office Mirror Ball", "USB Office Mirror Ball"),
        ("THE KING GIFT BAG 25x24x12cm", "The King Gift Bag 25x24x12cm"),
        ("SET OF 3 CAKE TINS PANTRY DESIGN", "Set of 3 Cake Tins Pantry Design"),
        ("DECOUPAGE,GREETING CARD,", "Decoupage, Greeting Card"),
    ],
)
def test_names_keep_their_words_and_become_readable(description: str, name: str) -> None:
    assert readable_name(description) == name


@pytest.mark.parametrize(
    "remark",
    ["", "?", "??", "damages", "lost", "Found", "check", "wrongly marked 23343", "Amazon", "Unsaleable, dirty"],
)
def test_stock_takers_remarks_are_no_names(remark: str) -> None:
    assert is_remark(remark)


@pytest.mark.parametrize(
    "name", ["WATERING CAN", "BAG 500g SWIRLY MARBLES", "Dad's Cab Electronic Meter", "OFFICE MUG"]
)
def test_names_are_no_remarks(name: str) -> None:
    assert not is_remark(name)


def test_product_has_its_most_frequent_name_and_the_price_most_recent_buyers_paid() -> None:
    shipment = shipment_of(
        book_of(
            *(row(invoice=f"5363{n}", price="1.25", date="2010-12-01T09:00") for n in range(10, 15)),
            *(row(invoice=f"5364{n}", price="2.95", date="2011-06-01T09:00") for n in range(10, 60)),
            row(invoice="536500", price="5.79", date="2011-06-02T09:00", description="WHITE HEART"),
        )
    )
    (product,) = shipment.products
    assert (product.name, product.price) == ("White Hanging Heart T-Light Holder", Money(amount=Decimal("2.95")))
    assert product.category == "candles"
    assert product.popularity == 56 * 6
    assert product.description == (
        "336 units sold to customers in the United Kingdom between December 2010 and June 2011."
    )


def test_charges_and_codes_never_sold_are_no_products() -> None:
    shipment = shipment_of(book_of(*EXAMPLES))
    assert [product.sku for product in shipment.products] == ["22728", "71053", "85123A"]


def test_codes_in_lower_case_are_the_same_product() -> None:
    shipment = shipment_of(book_of(row(code="85099b"), row(code="85099B")))
    assert [product.sku for product in shipment.products] == ["85099B"]


def test_customer_lives_where_most_of_their_invoices_went() -> None:
    shipment = shipment_of(
        book_of(
            row(invoice="1", country="Belgium", date="2011-01-01T09:00"),
            row(invoice="2", country="Spain", date="2011-02-01T09:00"),
            row(invoice="3", country="Spain", date="2011-03-01T09:00"),
            row(invoice="4", customer=""),
        )
    )
    (customer,) = shipment.customers
    assert (customer.name, customer.country, customer.external_number) == ("Customer 17850", "Spain", "17850")
    assert customer.known_since == datetime(2011, 1, 1, 9, 0, tzinfo=UTC)


def test_sale_keeps_number_lines_country_and_the_local_moment() -> None:
    summer, winter = row(invoice="1", date="2011-07-01T08:26"), row(invoice="2", date="2011-12-01T08:26", customer="")
    sales = shipment_of(book_of(summer, winter)).sales
    assert [sale.placed_at.hour for sale in sales] == [7, 8]
    assert (sales[0].number, sales[0].customer_id, sales[1].customer_id) == ("1", customer_id("17850"), None)
    assert sales[0].lines[0].name == "White Hanging Heart T-Light Holder"
    assert sales[0].total == Money(amount=Decimal("15.30"))


def test_cancellation_becomes_a_credit_note_with_negative_total_and_settlement() -> None:
    shipment = shipment_of(book_of(row(), row(invoice="C536379", quantity="-1", date="2010-12-03T09:41")))
    note = shipment.sales[-1]
    assert (note.is_credit_note, note.number, note.total) == (True, "C536379", Money(amount=Decimal("-2.55")))
    assert shipment.settlements[-1].amount == note.total


def test_sale_over_nothing_moves_no_money() -> None:
    shipment = shipment_of(book_of(row(price="0.0")))
    assert len(shipment.sales) == 1
    assert shipment.settlements == ()


def test_shelf_holds_what_sixty_days_sold_and_twenty_more() -> None:
    shipment = shipment_of(
        book_of(
            row(invoice="1", quantity="100", date="2011-01-01T09:00"),
            row(invoice="2", quantity="30", date="2011-11-20T09:00"),
            row(invoice="C3", quantity="-5", date="2011-11-30T09:00"),
            row(invoice="4", quantity="-7", price="0.0", customer="", date="2011-12-01T09:00"),
        )
    )
    (stock,) = shipment.stock
    assert (stock.sold, stock.returned, stock.corrected) == (130, 5, -7)
    assert stock.received - stock.sold + stock.returned + stock.corrected == 25 + 20


def test_the_same_file_makes_the_same_shipment() -> None:
    assert shipment_of(book_of(*EXAMPLES)) == shipment_of(book_of(*EXAMPLES))


@pytest.mark.parametrize(
    ("name", "category"),
    [
        ("Jumbo Bag Red Retrospot", "bags"),
        ("Regency Cakestand 3 Tier", "kitchen"),
        ("Christmas Lights 10 Reindeer", "christmas"),
        ("Set of 12 Rose Botanical T-Lights", "candles"),
        ("Rabbit Night Light", "lighting"),
        ("Red Retrospot Mug", "mugs"),
        ("Painted Metal Pears", EVERYTHING_ELSE),
    ],
)
def test_words_in_a_name_decide_its_category(name: str, category: str) -> None:
    assert category_of(name) == category
    assert category in {draft.slug for draft in category_drafts()}
