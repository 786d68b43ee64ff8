"""Files of archived events: JSON Lines in gzip, a header, then one event a line. Same events give the same bytes.

A file appears whole or not at all. It is read as a stream, after its hash was found to be the recorded one. This file
may not know databases.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import UUID

import msgspec

FORMAT = 1
LEVEL = 6
"""Of gzip: twice the speed of 9 for 2 % more bytes."""
_CHUNK = 1 << 20


class ArchiveDamaged(Exception):
    """A file of the archive is missing or not what was written; the text names it and says what to do."""


class ArchivedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log; ``data`` and ``meta`` are the text that the database gave."""

    position: int
    event_id: UUID
    name: str
    schema_version: int
    key: str
    data: msgspec.Raw
    meta: msgspec.Raw
    at: datetime
    stream: str | None = None
    version: int | None = None
    previous_hash: bytes | None = None
    hash: bytes | None = None

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> ArchivedEvent:
        """From the columns in the order of these fields, both JSON ones as text."""
        position, event_id, name, schema_version, key, data, meta, at, stream, version, previous_hash, hash_ = row
        return cls(
            position=position,
            event_id=event_id,
            name=name,
            schema_version=schema_version,
            key=key,
            data=msgspec.Raw(data.encode()),
            meta=msgspec.Raw(meta.encode()),
            at=at.astimezone(UTC),
            stream=stream,
            version=version,
            previous_hash=None if previous_hash is None else bytes(previous_hash),
            hash=None if hash_ is None else bytes(hash_),
        )


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """The first line: enough to know without a database what the file holds."""

    event_archive: int = FORMAT
    module: str
    first: int
    last: int


class _Position(msgspec.Struct, frozen=True):
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a file came out as."""

    sha256: str
    bytes: int
    events: int


class _Hashing:
    """Passes bytes on, and hashes and counts them."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()
        self.bytes = 0

    def write(self, content: bytes) -> int:
        self.hash.update(content)
        self.bytes += len(content)
        return self._file.write(content)

    def flush(self) -> None:
        self._file.flush()


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(ArchivedEvent)
_position_decoder = msgspec.json.Decoder(_Position)


def write_archive(path: Path, *, header: Header, events: Iterable[ArchivedEvent]) -> Written:
    """Write the file under another name, bring it to the disk, then give it its name; an older one is replaced.

    :param events: at least one, in the order of the log.
    :raises OSError: the directory cannot be written to, or is full.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_name(f"{path.name}.partial")
    count = 0
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        hashing = _Hashing(file)
        # No name and no time in it: the same events give the same bytes.
        with gzip.GzipFile(filename="", mode="wb", compresslevel=LEVEL, fileobj=hashing, mtime=0) as packed:
            packed.write(_encoder.encode(header) + b"\n")
            for event in events:
                packed.write(_encoder.encode(event) + b"\n")
                count += 1
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _sync_directory(path.parent)
    return Written(sha256=hashing.hash.hexdigest(), bytes=hashing.bytes, events=count)


def check_archive(path: Path, *, header: Header, written: Written) -> None:
    """Read the file back from its first to its last byte.

    :raises ArchiveDamaged: it is not what was written.
    """
    verify(path, sha256=written.sha256, size=written.bytes, again=True)
    with gzip.open(path, "rb") as lines:
        if msgspec.json.decode(next(lines), type=Header) != header:
            raise ArchiveDamaged(f"{path} begins with another header than the one written. Remove it and run again.")
        count, last = 0, header.first - 1
        for line in lines:
            position = _decoder.decode(line).position
            if not last < position <= header.last:
                raise ArchiveDamaged(f"{path} holds position {position} after {last}. Remove it and run again.")
            count, last = count + 1, position
    if count != written.events or last != header.last:
        raise ArchiveDamaged(
            f"{path} holds {count} events up to position {last} instead of {written.events} up to {header.last}. "
            "Remove it and run again."
        )


_verified: dict[Path, tuple[str, int, int, int]] = {}


def verify(path: Path, *, sha256: str, size: int, again: bool = False) -> None:
    """Make sure that the file is the one that was recorded; once for each file and process while nobody touches it.

    :param again: even if it was verified before.
    :raises ArchiveDamaged: it is missing, cannot be read, or has other content.
    """
    try:
        status = path.stat()
        seen = (sha256, status.st_ino, status.st_size, status.st_mtime_ns)
        if not again and _verified.get(path) == seen:
            return
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
    except OSError as error:
        raise ArchiveDamaged(
            f"The archived events in {path} cannot be read ({error.strerror}). Put the file back there from a copy, or "
            "set SEAMLINE_ARCHIVE_DIR to where the archive is; nothing is delivered past it until then."
        ) from error
    if status.st_size != size or digest.hexdigest() != sha256:
        raise ArchiveDamaged(
            f"{path} was altered: its SHA-256 is {digest.hexdigest()} with {status.st_size} bytes, recorded were "
            f"{sha256} with {size}. Put the recorded file back from a copy; nothing is delivered past it until then."
        )
    _verified[path] = seen


def read_archive(path: Path, *, after: int) -> Iterator[ArchivedEvent]:
    """The events behind the position, one by one; call ``verify`` first. Close the iterator to close the file."""
    with gzip.open(path, "rb") as lines:
        next(lines)
        for line in lines:
            if _position_decoder.decode(line).position > after:
                yield _decoder.decode(line)
                break
        for line in lines:
            yield _decoder.decode(line)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
