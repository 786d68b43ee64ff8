"""Reading invoice lines for the evaluation."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest

from modules.recommendations.infra.retail_file import UnreadableRetailFile, read_baskets

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
LINES = (
    HEADER
    + "536365,85123a,HEART,6,2010-12-01T08:26,2.55,17850,United Kingdom\n"
    + "536365,POST,POSTAGE,1,2010-12-01T08:26,18.00,17850,United Kingdom\n"
    + "536366,71053,LANTERN,2,2011-06-01T09:00,3.39,,United Kingdom\n"
    + "C536379,85123A,HEART,-1,2010-12-01T09:41,2.55,17850,United Kingdom\n"
    + "A563185,B,Adjust bad debt,1,2011-08-12T14:50,11062.06,,United Kingdom\n"
)


def test_invoices_and_cancellations_become_baskets_of_goods(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(LINES, encoding="utf-8")
    sale, guest, returned = read_baskets(path)
    assert (sale.customer, sale.skus, sale.units, sale.is_return) == ("17850", ("85123A",), (6,), False)
    assert sale.at.isoformat() == "2010-12-01T08:26:00+00:00"
    assert (guest.customer, guest.at.isoformat()) == (None, "2011-06-01T09:00:00+01:00")
    assert (returned.skus, returned.units, returned.is_return) == (("85123A",), (1,), True)


def test_packed_files_are_read_as_they_are(tmp_path: Path) -> None:
    plain, xz, gz = tmp_path / "a.csv", tmp_path / "a.csv.xz", tmp_path / "a.csv.gz"
    plain.write_text(LINES, encoding="utf-8")
    xz.write_bytes(lzma.compress(LINES.encode()))
    gz.write_bytes(gzip.compress(LINES.encode()))
    assert read_baskets(xz) == read_baskets(gz) == read_baskets(plain)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("InvoiceNo,StockCode\n1,2\n", "lacks the columns Quantity"),
        (HEADER + "536365,85123A,HEART,many,2010-12-01T08:26,2.55,17850,UK\n", "line 2"),
        (HEADER + "536365,85123A,HEART,1,yesterday,2.55,17850,UK\n", "line 2"),
        (HEADER + "536365,85123A\n", "line 2"),
    ],
)
def test_a_file_that_is_none_of_invoice_lines_is_refused_with_the_place(
    tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "lines.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableRetailFile, match=says):
        read_baskets(path)


@pytest.mark.parametrize("name", ["missing.csv", "broken.csv.xz", "broken.csv.gz"])
def test_a_missing_or_broken_file_is_refused_by_name(tmp_path: Path, name: str) -> None:
    if name.startswith("broken"):
        (tmp_path / name).write_bytes(b"no archive")
    with pytest.raises(UnreadableRetailFile, match=name):
        read_baskets(tmp_path / name)
