"""History: old events leave the log for files and can still be read; handlers are given old events again.

Modules need nothing of it; commands and operators do.
"""

from seamline.history.archive_file import ArchiveDamaged
from seamline.history.archiving import AlreadyArchiving, ArchiveResult, archive
from seamline.history.holders import Holder, HolderKind, holders
from seamline.history.ranges import ArchivedRange, archived_ranges

__all__ = [
    "AlreadyArchiving",
    "ArchiveDamaged",
    "ArchiveResult",
    "ArchivedRange",
    "Holder",
    "HolderKind",
    "archive",
    "archived_ranges",
    "holders",
]
