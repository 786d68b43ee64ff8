"""Opens a file of retail invoice lines and yields its rows as text, whatever its packing.

CSV, CSV packed as .gz or .xz, and the spreadsheet that UCI publishes are read. This file knows columns and encodings;
it may not judge what a row means.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
_OTHER_NAMES = {"invoice": "invoiceno", "price": "unitprice"}
_SUFFIXES = (".csv", ".xz", ".gz", ".xlsx")


class RetailFileError(ValueError):
    """The file cannot be read as retail invoice lines; the message says why and what would help."""


class NumberedRow(NamedTuple):
    """One row of the file: where it stands, and its texts in the order of ``COLUMNS``."""

    number: int
    """Line of the file (row of the sheet), the header being 1."""
    values: Sequence[str]
    """As many as there are columns; fewer or more where the row is malformed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetailSource:
    """A file that was opened and whose columns are all there."""

    path: Path
    digest: str
    """SHA-256 of the file as it lies, hexadecimal."""
    encoding: str
    """``utf-8``, ``cp1252`` or, for a spreadsheet, ``xlsx``."""
    rows: Iterable[NumberedRow]
    """Can be walked through once."""


def open_source(path: Path) -> RetailSource:
    """Open the file and check its columns.

    :raises RetailFileError: it is missing, damaged, of another kind, in another encoding, or lacks a column.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise RetailFileError(f"{path} ends in {path.suffix!r}: give a file that ends in {', '.join(_SUFFIXES)}.")
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise RetailFileError(f"{path} cannot be opened: {error.strerror}. Check the path.") from error
    digest = hashlib.sha256(packed).hexdigest()
    if path.suffix.lower() == ".xlsx":
        return RetailSource(path=path, digest=digest, encoding="xlsx", rows=_sheet_rows(path))
    text, encoding = _decoded(_unpacked(path, packed), path)
    reader = csv.reader(io.StringIO(text, newline=""))
    return RetailSource(path=path, digest=digest, encoding=encoding, rows=_in_order(_numbered(reader, path), path))


def digest_of(path: Path) -> str:
    """SHA-256 of the file, hexadecimal.

    :raises RetailFileError: it cannot be read.
    """
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise RetailFileError(f"{path} cannot be opened: {error.strerror}. Check the path.") from error


def _unpacked(path: Path, packed: bytes) -> bytes:
    try:
        if path.suffix.lower() == ".xz":
            return lzma.decompress(packed)
        if path.suffix.lower() == ".gz":
            return gzip.decompress(packed)
    except (lzma.LZMAError, EOFError, OSError) as error:
        raise RetailFileError(f"{path} cannot be unpacked: {error}. Fetch it again.") from error
    return packed


def _decoded(content: bytes, path: Path) -> tuple[str, str]:
    """Text and the encoding in which it was read: UTF-8, else Windows-1252, in which spreadsheets save CSV."""
    try:
        return content.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), "cp1252"
    except UnicodeDecodeError as error:
        raise RetailFileError(
            f"{path} is neither UTF-8 nor Windows-1252 text (byte {error.start}): save it as UTF-8."
        ) from error


def _numbered(reader: Any, path: Path) -> Iterator[NumberedRow]:
    try:
        for row in reader:
            if row:
                yield NumberedRow(reader.line_num, row)
    except csv.Error as error:
        raise RetailFileError(f"{path}, line {reader.line_num}, is no comma-separated text: {error}.") from error


def _in_order(rows: Iterator[NumberedRow], path: Path) -> Iterator[NumberedRow]:
    """The rows below the header, their values in the order of ``COLUMNS``. The header is checked at once."""
    header = next(rows, None)
    positions = _positions(header.values if header else (), path)
    if positions == tuple(range(len(COLUMNS))):
        return rows
    return _rearranged(rows, positions)


def _rearranged(rows: Iterator[NumberedRow], positions: tuple[int, ...]) -> Iterator[NumberedRow]:
    pick, needed = itemgetter(*positions), max(positions) + 1
    for number, values in rows:
        yield NumberedRow(number, pick(values) if len(values) >= needed else ())


def _positions(header: Sequence[str], path: Path) -> tuple[int, ...]:
    found: dict[str, int] = {}
    for position, name in enumerate(header):
        plain = name.replace(" ", "").casefold()
        found.setdefault(_OTHER_NAMES.get(plain, plain), position)
    missing = [name for name in COLUMNS if name.casefold() not in found]
    if missing:
        raise RetailFileError(
            f"{path} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} in its first line; "
            f"it has {', '.join(header) or 'nothing'}."
        )
    return tuple(found[name.casefold()] for name in COLUMNS)


def _sheet_rows(path: Path) -> Iterator[NumberedRow]:
    """All sheets, one after the other; each has the header."""
    import openpyxl  # slow to import, and needed for spreadsheets alone
    from openpyxl.utils.exceptions import InvalidFileException

    # What openpyxl, zipfile, zlib and the XML parser raise over a file that is damaged inside.
    damage: tuple[type[Exception], ...] = (
        *(InvalidFileException, zipfile.BadZipFile, zlib.error, SyntaxError, LookupError, ValueError, TypeError),
        *(EOFError, OSError),
    )
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except damage as error:
        raise RetailFileError(f"{path} is no readable .xlsx workbook: {error}.") from error
    sheets = [_in_order(_cells(sheet, path, damage), path) for sheet in workbook.worksheets]
    return (row for sheet in sheets for row in sheet)


def _cells(sheet: Any, path: Path, damage: tuple[type[Exception], ...]) -> Iterator[NumberedRow]:
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    while True:
        try:
            number, row = next(rows)
        except StopIteration:
            return
        except damage as error:
            raise RetailFileError(
                f"{path} is damaged in the sheet {sheet.title!r}: {error}. Fetch it again."
            ) from error
        if any(cell is not None for cell in row):
            yield NumberedRow(number, [_text(cell) for cell in row])


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat()
    return str(cell)
