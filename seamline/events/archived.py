"""The place where a room above can say how archived ranges of a log are read; feeds ask here below a log's first row.

This file may not know files, or what an archive is beyond this.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from seamline.events.partition import Partition
from seamline.events.stored import StoredEvent


class ArchivedLog(Protocol):
    """Reads what has left the logs of this process's modules, in any thread."""

    def read(
        self, *, publisher: str, after: int, limit: int, names: Sequence[str], partition: Partition
    ) -> tuple[tuple[StoredEvent, ...], int]:
        """The next wanted events behind an archived position, at most ``limit``, and where to read on: always further.

        :raises Exception: a file is missing or was altered; nothing is ever left out instead.
        """

    def fetch(self, *, publisher: str, positions: Sequence[int]) -> tuple[StoredEvent, ...]:
        """Those of the events at these positions that are archived, in the order of the log."""

    def position_before(self, *, publisher: str, at: datetime) -> int | None:
        """The position behind which all archived events of a time and later lie; None where there are none."""


_registered: list[ArchivedLog] = []


def read_archives_with(archived: ArchivedLog) -> None:
    """Let feeds read archived ranges so; replaces an earlier one."""
    _registered[:] = [archived]


def archived_log() -> ArchivedLog:
    """How archived ranges are read in this process.

    :raises RuntimeError: nobody has said so.
    """
    if not _registered:
        raise RuntimeError(
            "The log has archived ranges, and this process does not know how to read them: seamline must be among "
            "INSTALLED_APPS, whose start registers it."
        )
    return _registered[0]
