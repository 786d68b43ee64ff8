"""The last released versions of all contracts: one file for each, beside the released events.

A release replaces the file; version control keeps the ones before. A digest shows changes by hand.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from seamline.schemas.declared import released_folder
from seamline.versions.surface import Surface


def records_folder() -> Path:
    """Where the released contracts of the project are kept."""
    return released_folder().with_name("released_operations")


class DamagedRecord(ValueError):
    """A file cannot be read or was changed by hand; the text says which and what to do."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A released version with its digest."""

    surface: Surface
    digest: str


def read_records(folder: Path) -> dict[str, Surface]:
    """The last released version of each contract, by module; none where the folder has none.

    :raises DamagedRecord: a file is not what was released.
    """
    found = {}
    for path in sorted(folder.glob("*.json")):
        try:
            record = msgspec.json.decode(path.read_bytes(), type=Record)
        except (OSError, msgspec.MsgspecError) as error:
            raise DamagedRecord(f"{folder.name}/{path.name} cannot be read ({error}): {_RESTORE}") from error
        if record.digest != _digest(record.surface) or path.stem != record.surface.module:
            raise DamagedRecord(f"{folder.name}/{path.name} was changed after its release: {_RESTORE}")
        found[record.surface.module] = record.surface
    return found


def write_record(folder: Path, surface: Surface) -> Path:
    """Make this the last released version; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{surface.module}.json"
    record = Record(surface=surface, digest=_digest(surface))
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    unfinished.replace(path)
    return path


_RESTORE = "restore it from version control; 'manage.py contracts release' alone writes there."


def _digest(surface: Surface) -> str:
    return hashlib.sha256(msgspec.json.encode(surface, order="sorted")).hexdigest()
