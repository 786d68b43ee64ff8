"""Processor time and memory of processes and of all that they have forked, from Linux' ``/proc``.

Processor time for an event hardly depends on what else the machine does, so it tells more than events a second there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pids: Iterable[int]) -> list[int]:
    """The processes that live of these and their descendants."""
    found = []
    for pid in pids:
        try:
            forked = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found += [pid, *family(map(int, forked))]
    return found


def processor_seconds(pids: Iterable[int]) -> float:
    """Used so far, by descendants that have ended too."""
    total = 0
    for pid in family(pids):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(map(int, fields[11:15]))
    return total / _TICKS


def megabytes(pids: Iterable[int]) -> float:
    """Resident memory."""
    total = 0.0
    for pid in family(pids):
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024
    return round(total, 1)
