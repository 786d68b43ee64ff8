"""Contracts over time: what was released, and whether today's code still talks to it."""

from seamline.versions.comparison import Verdict, VersionFinding, compare, compare_all
from seamline.versions.records import DamagedRecord, read_records, records_folder, write_record
from seamline.versions.revival import revived, type_of
from seamline.versions.surface import Surface, surface_of

__all__ = [
    "DamagedRecord",
    "Surface",
    "Verdict",
    "VersionFinding",
    "compare",
    "compare_all",
    "read_records",
    "records_folder",
    "revived",
    "surface_of",
    "type_of",
    "write_record",
]
