"""Every line is exactly one thing; what cannot be used says why."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from project.retail.book import read_book
from project.retail.classify import LineClass, classify, is_product_code, is_trade
from project.retail.lines import Line, LineParser, Reason, Unusable
from project.retail.source import NumberedRow
from tests.retail.files import EXAMPLES, Row, row


def class_of(*values: Row) -> LineClass:
    """The class of the first of the lines of one invoice."""
    parser = LineParser()
    lines = [parser.parse(number, each) for number, each in enumerate(values)]
    assert all(isinstance(line, Line) for line in lines)
    return classify(lines[0], invoice_is_trade=any(is_trade(line) for line in lines))  # type: ignore[arg-type]


def reason_of(values: Row) -> Reason:
    parsed = LineParser().parse(2, values)
    assert isinstance(parsed, Unusable)
    return parsed.reason


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (row(), LineClass.SALE),
        (row(code="85049e"), LineClass.SALE),
        (row(code="DCGSSGIRL", description="GIRLS PARTY BAG"), LineClass.SALE),
        (row(code="POST", description="POSTAGE"), LineClass.CHARGE),
        (row(code="m", description="Manual"), LineClass.CHARGE),
        (row(code="BANK CHARGES", description="Bank Charges"), LineClass.CHARGE),
        (row(code="gift_0001_20", description="Dotcomgiftshop Gift Voucher £20.00"), LineClass.CHARGE),
        (row(code="23444", description="Next Day Carriage"), LineClass.CHARGE),
        (row(invoice="C536379", code="D", description="Discount", quantity="-1"), LineClass.CANCELLATION),
        (row(invoice="C536391", quantity="-24"), LineClass.CANCELLATION),
        (row(invoice="A563186", code="B", quantity="1", price="-11062.06", customer=""), LineClass.BAD_DEBT),
        (row(quantity="-10", price="0.0", description="damages", customer=""), LineClass.STOCK_CORRECTION),
        (row(quantity="56", price="0.0", description="found", customer=""), LineClass.STOCK_CORRECTION),
        (row(quantity="1", price="0.0"), LineClass.FREE),
    ],
)
def test_line_is_what_it_looks_like(line: Row, expected: LineClass) -> None:
    assert class_of(line) is expected


def test_unpriced_guest_line_beside_a_paid_one_was_sent_along() -> None:
    free = row(price="0.0", customer="")
    assert class_of(free, row(customer="")) is LineClass.FREE
    assert class_of(free) is LineClass.STOCK_CORRECTION


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (row()[:7], Reason.FIELDS),
        ((*row(), "more"), Reason.FIELDS),
        (row(invoice="INV-1"), Reason.INVOICE),
        (row(code=" "), Reason.CODE),
        (row(code="8" * 40), Reason.CODE),
        (row(description="a\x00b"), Reason.TEXT),
        (row(quantity="six"), Reason.QUANTITY),
        (row(quantity="1.5"), Reason.QUANTITY),
        (row(quantity="0"), Reason.NO_QUANTITY),
        (row(quantity="1000001"), Reason.LARGE_QUANTITY),
        (row(date="yesterday"), Reason.DATE),
        (row(date="2010-12-01"), Reason.DATE),
        (row(date="13/31/2010 8:26"), Reason.DATE),
        (row(price=""), Reason.PRICE),
        (row(price="NaN"), Reason.PRICE),
        (row(price="1000000.01"), Reason.LARGE_PRICE),
        (row(customer="anonymous"), Reason.CUSTOMER),
        (row(country=""), Reason.COUNTRY),
        (row(price="-1.00"), Reason.NEGATIVE_PRICE),
        (row(invoice="C536379", quantity="1"), Reason.POSITIVE_CANCELLATION),
        (row(quantity="-1"), Reason.NEGATIVE_SALE),
    ],
)
def test_unusable_line_says_why(line: Row, reason: Reason) -> None:
    assert reason_of(line) is reason


def test_dates_of_the_spreadsheet_and_its_export_are_the_same_moment() -> None:
    parser = LineParser()
    texts = ("2010-12-01T08:26", "2010-12-01 08:26:00", "12/1/2010 8:26")
    moments = {parser.parse(2, row(date=text)).at for text in texts}  # type: ignore[union-attr]
    assert len(moments) == 1


texts = st.one_of(st.text(max_size=12), st.sampled_from(["0", "-1", "2.55", "536365", "C536365", "A1", "POST", "nan"]))
anything = st.one_of(
    st.lists(texts, max_size=10).map(tuple),
    st.builds(
        row,
        invoice=st.sampled_from(["536365", "536366", "C536367", "A536368", "x"]),
        code=st.sampled_from(["85123A", "84029g", "POST", "M", "23444", ""]),
        description=st.one_of(st.just("WHITE METAL LANTERN"), st.text(max_size=10)),
        quantity=st.integers(-20, 20).map(str),
        price=st.decimals(-3, 3, places=3).map(str),
        customer=st.sampled_from(["", "17850", "12583", "12583.0", "?"]),
    ),
)


@given(st.lists(anything, max_size=30))
def test_whatever_a_file_holds_every_line_and_penny_is_counted_once(rows: list[Row]) -> None:
    book = read_book(NumberedRow(number, values) for number, values in enumerate(rows, start=2))
    tally = book.tally
    assert tally.adds_up
    assert tally.lines == len(rows)
    assert sum((invoice.total for invoice in book.invoices), Decimal(0)) == tally.kept_amount
    kept = sum(len(invoice.lines) for invoice in book.invoices)
    left_out = tally.classes[LineClass.STOCK_CORRECTION].lines + tally.classes[LineClass.BAD_DEBT].lines
    assert kept + left_out + tally.unusable.total() == len(rows)


def test_tally_that_lost_a_line_does_not_add_up() -> None:
    tally = read_book(NumberedRow(number, values) for number, values in enumerate(EXAMPLES)).tally
    assert tally.adds_up
    tally.classes[LineClass.SALE].lines -= 1
    assert not tally.adds_up


@given(st.from_regex(r"[0-9]{5}[A-Z]{0,2}", fullmatch=True).filter(lambda code: not code.startswith("2")))
def test_five_digits_and_up_to_two_letters_name_goods(code: str) -> None:
    assert is_product_code(code)


def test_repeated_lines_are_kept_and_counted() -> None:
    book = read_book([NumberedRow(2, row()), NumberedRow(3, row())])
    assert book.tally.repeated == 1
    assert book.invoices[0].units == 12


def test_fractions_of_a_penny_are_rounded_and_accounted_for() -> None:
    book = read_book([NumberedRow(2, row(price="0.001", quantity="3"))])
    assert book.tally.kept_amount == Decimal("0.00")
    assert (book.tally.rounded, book.tally.rounding) == (1, Decimal("0.003"))
    assert book.tally.adds_up
