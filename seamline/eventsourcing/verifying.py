"""Finding what was altered: each stream's versions and hashes are computed again from what the log holds.

Streams are read in the order of their versions, in pages, on one snapshot of the database. This file only reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from seamline.data import atomic, connection_for
from seamline.eventsourcing.chain import canonical_of, link, microseconds

PAGE = 2_000
_BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_READ = """
SELECT stream, version, position, event_id, name, schema_version, key, at, data::text, meta::text, previous_hash, hash
FROM event_log
WHERE stream IS NOT NULL AND (stream, version) > (%s, %s) AND (%s = '' OR stream = %s)
ORDER BY stream, version LIMIT %s
"""


class Fault(StrEnum):
    """What is wrong with an event."""

    ALTERED = "altered"
    """What is stored of it is not what its hash was made of."""
    UNCHAINED = "unchained"
    """It is not chained to the event before it: that one was altered and hashed again, or exchanged."""
    MISSING = "missing"
    """The event before it is gone."""
    UNHASHED = "unhashed"
    """It has no hash: it did not come through a repository."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first bad event of a stream. What follows it in its stream is not looked at: it hangs on this one."""

    module: str
    stream: str
    version: int
    position: int
    event_id: str
    name: str
    fault: Fault

    def __str__(self) -> str:
        return (
            f"{self.module} {self.stream} version {self.version} (position {self.position}, {self.name}, "
            f"{self.event_id}): {self.fault.value}"
        )


@dataclass(slots=True, kw_only=True)
class Verified:
    """What was looked at, and what was found."""

    module: str
    streams: int = 0
    events: int = 0
    findings: tuple[Finding, ...] = ()


def verify(module: str, *, stream: str = "") -> Verified:
    """Check all streams of a module's log, or one.

    :param stream: the name of one stream, such as ``wallet:7``; empty for all.
    """
    result = Verified(module=module)
    findings: list[Finding] = []
    name, version, digest, is_bad = "", 0, b"", False
    with atomic(module):
        with connection_for(module).cursor() as cursor:
            cursor.execute(_BEGIN)
        for row in _rows(module, stream):
            if row[0] != name:
                name, version, digest, is_bad = row[0], 0, b"", False
                result.streams += 1
            result.events += 1
            if is_bad:
                continue
            fault = _fault(row, version=version, digest=digest)
            if fault is not None:
                is_bad = True
                findings.append(_finding(module, row, fault))
            version, digest = row[1], bytes(row[11] or b"")
    result.findings = tuple(sorted(findings, key=lambda finding: finding.position))
    return result


def _rows(module: str, stream: str) -> Iterator[tuple[Any, ...]]:
    after: tuple[str, int] = ("", 0)
    with connection_for(module).cursor() as cursor:
        while True:
            cursor.execute(_READ, [*after, stream, stream, PAGE])
            page = cursor.fetchall()
            yield from page
            if len(page) < PAGE:
                return
            after = (page[-1][0], page[-1][1])


def _fault(row: tuple[Any, ...], *, version: int, digest: bytes) -> Fault | None:
    stream, number, _, event_id, name, schema_version, key, at, data, meta, previous, stored = row
    if stored is None or previous is None:
        return Fault.UNHASHED
    if number != version + 1:
        return Fault.MISSING
    made = link(
        bytes(previous),
        stream=stream,
        version=number,
        event_id=str(event_id),
        name=name,
        schema_version=schema_version,
        key=key,
        microseconds=microseconds(at),
        data=canonical_of(data),
        meta=canonical_of(meta),
    )
    if made != bytes(stored):
        return Fault.ALTERED
    return None if bytes(previous) == digest else Fault.UNCHAINED


def _finding(module: str, row: tuple[Any, ...], fault: Fault) -> Finding:
    stream, version, position, event_id, name, *_ = row
    return Finding(
        module=module,
        stream=stream,
        version=version,
        position=position,
        event_id=str(event_id),
        name=name,
        fault=fault,
    )
