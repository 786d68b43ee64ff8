"""Contracts over time: what was released, and whether today's code still talks to it."""

from seamline.versions.comparison import Verdict, VersionFinding, compare
from seamline.versions.records import DamagedRecord, read_records, write_record
from seamline.versions.revival import revived, type_of
from seamline.versions.surface import Surface, surface_of

__all__ = [
    "DamagedRecord",
    "Surface",
    "Verdict",
    "VersionFinding",
    "compare",
    "read_records",
    "revived",
    "surface_of",
    "type_of",
    "write_record",
]
