"""Opening files: packings, encodings, columns."""

from __future__ import annotations

import gzip
import lzma
import zipfile
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from project.retail.book import read_book
from project.retail.convert import shipment_of
from project.retail.source import COLUMNS, RetailFileError, open_source
from tests.retail.files import EXAMPLES, row, write_csv


def values_of(path: Path) -> list[tuple[str, ...]]:
    return [tuple(values) for _, values in open_source(path).rows]


def workbook_of(path: Path) -> Path:
    """The examples as UCI's spreadsheet has them: numbers as numbers, dates as dates, nothing where text is empty."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.append(COLUMNS)
    for invoice, code, description, quantity, date, price, customer, country in EXAMPLES:
        sheet.append(
            [
                int(invoice) if invoice.isdigit() else invoice,
                int(code) if code.isdigit() else code,
                description or None,
                int(quantity),
                datetime.fromisoformat(date),
                float(price),
                float(customer) if customer else None,
                country,
            ]
        )
    workbook.save(path)
    return path


def test_csv_and_its_packings_give_the_same_rows(tmp_path: Path) -> None:
    plain = write_csv(tmp_path / "lines.csv")
    (tmp_path / "lines.csv.gz").write_bytes(gzip.compress(plain.read_bytes()))
    (tmp_path / "lines.csv.xz").write_bytes(lzma.compress(plain.read_bytes()))
    assert values_of(plain) == list(EXAMPLES)
    assert values_of(tmp_path / "lines.csv.gz") == values_of(tmp_path / "lines.csv.xz") == values_of(plain)


def test_spreadsheet_becomes_the_same_shipment_as_the_csv(tmp_path: Path) -> None:
    from_csv = read_book(open_source(write_csv(tmp_path / "lines.csv")).rows)
    from_sheet = read_book(open_source(workbook_of(tmp_path / "lines.xlsx")).rows)
    assert shipment_of(from_sheet) == shipment_of(from_csv)
    assert from_sheet.tally == from_csv.tally


def test_columns_may_stand_in_another_order_and_under_the_names_of_the_second_edition(tmp_path: Path) -> None:
    header = ("Country", "Invoice", "StockCode", "Description", "Quantity", "InvoiceDate", "Price", "Customer ID")
    path = write_csv(tmp_path / "lines.csv", [(example[7], *example[:7]) for example in EXAMPLES], header=header)
    assert values_of(path) == list(EXAMPLES)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    header = tuple(name for name in COLUMNS if name not in ("UnitPrice", "Country"))
    path = write_csv(tmp_path / "lines.csv", [], header=header)
    with pytest.raises(RetailFileError, match="lacks the columns UnitPrice, Country in its first line"):
        open_source(path)


def test_windows_text_is_read_and_said_to_be_such(tmp_path: Path) -> None:
    voucher = row(description="Gift Voucher £20.00")
    source = open_source(write_csv(tmp_path / "lines.csv", [voucher], encoding="cp1252"))
    assert source.encoding == "cp1252"
    assert [tuple(values) for _, values in source.rows] == [voucher]


def test_text_in_no_known_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_bytes(b"InvoiceNo\x81\x8d\xff\n")
    with pytest.raises(RetailFileError, match="neither UTF-8 nor Windows-1252"):
        open_source(path)


@pytest.mark.parametrize("name", ["lines.csv.xz", "lines.csv.gz", "lines.xlsx"])
def test_damaged_files_are_refused_in_one_line(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"this is something else")
    with pytest.raises(RetailFileError) as caught:
        open_source(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("part", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_workbook_that_is_damaged_inside_is_refused_in_one_line(tmp_path: Path, part: str) -> None:
    whole, damaged = workbook_of(tmp_path / "whole.xlsx"), tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            target.writestr(name, b"<unclosed" if name == part else source.read(name))
    with pytest.raises(RetailFileError) as caught:
        list(open_source(damaged).rows)
    assert "damaged.xlsx" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv.xz"
    path.write_bytes(lzma.compress(write_csv(tmp_path / "lines.csv").read_bytes())[:-20])
    with pytest.raises(RetailFileError, match="cannot be unpacked"):
        open_source(path)


def test_missing_file_and_foreign_kind_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RetailFileError, match="Check the path"):
        open_source(tmp_path / "nowhere.csv")
    with pytest.raises(RetailFileError, match=r"ends in '\.pdf'"):
        open_source(tmp_path / "lines.pdf")
