"""Use case: load a file of retail invoice lines into the shop, once, however often it is asked for."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from contracts.kernel import OrderId
from project.retail.book import LARGEST_UNUSABLE_SHARE, Book, read_book
from project.retail.convert import shipment_of
from project.retail.importer import deliver_events, is_complete, last_settled, send_shipment
from project.retail.progress import Progress
from project.retail.report import ImportReport
from project.retail.shipment import batches
from project.retail.source import NumberedRow, RetailFileError, RetailSource, digest_of, open_source

ROWS_BETWEEN_SIGNS = 10_000


def import_retail_file(path: Path, *, marks: Path, progress: Progress, dry_run: bool = False) -> ImportReport:
    """Read the file, store everything in it, and wait until all events of it are delivered.

    :param marks: folder in which is noted that the file was loaded; see ``was_imported``.
    :param dry_run: read and report, store nothing.
    :raises RetailFileError: the file cannot be read, or too much of it cannot be used; nothing is stored.
    :raises ContractError: a module could not be reached or refused; run it again, what is done is not done twice.
    :raises NotDrained: everything is stored, yet an event could not be delivered.
    """
    began = time.monotonic()
    progress.begin("Lines read", None)
    source = open_source(path)
    book = read_book(_counted(source.rows, progress))
    _refuse_other_files(source, book)
    shipment = shipment_of(book)
    report = ImportReport(
        file=path.name,
        digest=source.digest,
        encoding=source.encoding,
        book=book,
        shipment=shipment,
        dry_run=dry_run,
    )
    if not dry_run:
        # Not before its end does this run count as loaded, even where an earlier one left a mark for another database.
        _mark(marks, source.digest).unlink(missing_ok=True)
        report.new = send_shipment(shipment, progress=progress)
        report.events = deliver_events(progress=progress)
        _write_mark(_mark(marks, source.digest), last_settled(shipment))
    report.seconds = time.monotonic() - began
    return report


def was_imported(path: Path, *, marks: Path) -> bool:
    """Whether this very file was loaded into the database that is used now, found out without reading its lines.

    The mark names the order that is stored last; the payments module says whether it is there.

    :raises RetailFileError: the file cannot be read.
    """
    mark = _mark(marks, digest_of(path))
    try:
        last = OrderId(UUID(json.loads(mark.read_text(encoding="utf-8"))["last_order"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return is_complete(last)


def _counted(rows: Iterable[NumberedRow], progress: Progress) -> Iterator[NumberedRow]:
    for group in batches(rows, ROWS_BETWEEN_SIGNS):
        yield from group
        progress.advance(len(group))


def _refuse_other_files(source: RetailSource, book: Book) -> None:
    tally = book.tally
    if not tally.lines:
        raise RetailFileError(f"{source.path} has no line below its header.")
    if tally.unusable.total() > LARGEST_UNUSABLE_SHARE * tally.lines:
        reason, count = tally.unusable.most_common(1)[0]
        raise RetailFileError(
            f"{tally.unusable.total():,} of {tally.lines:,} lines of {source.path} cannot be used, {count:,} of them "
            f"because the {reason.value}. This is another kind of file, or its columns are mixed up; "
            "nothing was stored."
        )


def _mark(marks: Path, digest: str) -> Path:
    return marks / f"{digest}.json"


def _write_mark(mark: Path, last: OrderId | None) -> None:
    if last is None:
        return
    mark.parent.mkdir(parents=True, exist_ok=True)
    unfinished = mark.with_suffix(".unfinished")
    unfinished.write_text(json.dumps({"last_order": str(last)}), encoding="utf-8")
    unfinished.replace(mark)
