"""The corpus: a file for every version of every event that was ever released, with its schema and sample payloads.

``<folder>/<event name>/v<schema version>.json``. What is released is never written again: a compatible change within a
version appends a revision. Digests chain the revisions, so that a change by hand shows. This file may not judge
schemas.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from seamline.schemas.shape import Schema

_FILE = re.compile(r"v([1-9][0-9]*)\.json")


class CorruptCorpus(ValueError):
    """A file of the corpus was changed by hand, is missing or cannot be read; the text says which and what to do."""


class Revision(msgspec.Struct, frozen=True, kw_only=True):
    """A schema as it was released once, with payloads that fit it. ``contract`` is the contract's version then."""

    contract: str
    event_schema: Schema = msgspec.field(name="schema")
    samples: tuple[dict[str, Any], ...]
    digest: str = ""


class ReleasedVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One schema version of an event: its revisions, the oldest first."""

    event: str
    schema_version: int
    revisions: tuple[Revision, ...]

    @property
    def latest(self) -> Revision:
        return self.revisions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """All that was released: versions by event name, the oldest first."""

    folder: Path
    events: dict[str, tuple[ReleasedVersion, ...]] = field(default_factory=dict)
    damages: tuple[str, ...] = ()
    """What is wrong with the files themselves."""

    def version(self, event: str, schema_version: int) -> ReleasedVersion | None:
        """One version, or None where it was not released."""
        found = (each for each in self.events.get(event, ()) if each.schema_version == schema_version)
        return next(found, None)


def read_corpus(folder: Path) -> Corpus:
    """All files of the folder; damaged ones are told, not raised. A folder that is not there is an empty corpus."""
    events: dict[str, list[ReleasedVersion]] = {}
    damages = []
    for path in sorted(folder.glob("*/*.json")):
        try:
            released = _read(path)
        except CorruptCorpus as error:
            damages.append(str(error))
        else:
            events.setdefault(released.event, []).append(released)
    for name, versions in events.items():
        versions.sort(key=lambda each: each.schema_version)
        numbers = [each.schema_version for each in versions]
        for missing in sorted(set(range(numbers[0], numbers[-1])) - set(numbers)):
            damages.append(f"{folder.name}/{name}/v{missing}.json is missing, though later versions were released.")
    return Corpus(
        folder=folder,
        events={name: tuple(versions) for name, versions in sorted(events.items())},
        damages=tuple(damages),
    )


def append_revision(folder: Path, *, event: str, schema_version: int, revision: Revision) -> Path:
    """Write a new version, or a further revision of a released one; what is there stays as it is.

    :returns: the file.
    :raises CorruptCorpus: the file that is there was changed by hand.
    """
    path = folder / event / f"v{schema_version}.json"
    before = _read(path).revisions if path.exists() else ()
    digest = _digest(event, schema_version, before[-1].digest if before else "", revision)
    released = ReleasedVersion(
        event=event,
        schema_version=schema_version,
        revisions=(*before, msgspec.structs.replace(revision, digest=digest)),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(msgspec.json.format(msgspec.json.encode(released), indent=2) + b"\n")
    unfinished.replace(path)
    return path


def _read(path: Path) -> ReleasedVersion:
    where = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        released = msgspec.json.decode(path.read_bytes(), type=ReleasedVersion)
    except (msgspec.DecodeError, OSError) as error:
        raise CorruptCorpus(f"{where} cannot be read: {error}.") from error
    named = _FILE.fullmatch(path.name)
    if named is None or (path.parent.name, int(named[1])) != (released.event, released.schema_version):
        raise CorruptCorpus(f"{where} holds version {released.schema_version} of {released.event!r}.")
    if not released.revisions:
        raise CorruptCorpus(f"{where} holds no revision.")
    previous = ""
    for number, revision in enumerate(released.revisions, start=1):
        previous = _digest(released.event, released.schema_version, previous, revision)
        if revision.digest != previous:
            raise CorruptCorpus(f"{where} was changed after its release: revision {number} has another digest.")
    return released


def _digest(event: str, schema_version: int, previous: str, revision: Revision) -> str:
    content = [event, schema_version, previous, msgspec.structs.replace(revision, digest="")]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()
