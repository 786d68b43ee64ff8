"""Where the data comes from: a file that was named, the one beside the repository, or none, which means the demo."""

from __future__ import annotations

from pathlib import Path

from project.retail.source import RetailFileError

VARIABLE = "SEAMLINE_RETAIL_FILE"
DEMO = "demo"
BESIDE_REPOSITORY = Path("..", "shared", "data", "online_retail.csv.xz")
HOW_TO_GET = (
    "Real data: fetch UCI's Online Retail (archive.ics.uci.edu/dataset/352), then "
    f"'manage.py import_retail FILE', or set {VARIABLE}=FILE before the first start."
)


def retail_file(*, root: Path, named: str) -> Path | None:
    """The file to load, or None for the demo.

    :param root: folder of the repository.
    :param named: value of ``SEAMLINE_RETAIL_FILE``: a path, ``demo``, or empty to look beside the repository.
    :raises RetailFileError: a file is named and is not there.
    """
    if named == DEMO:
        return None
    if named:
        path = Path(named).expanduser()
        if not path.is_file():
            raise RetailFileError(f"{VARIABLE} names {named}, which is no file: correct it, or set it to '{DEMO}'.")
        return path
    beside = (root / BESIDE_REPOSITORY).resolve()
    return beside if beside.is_file() else None
