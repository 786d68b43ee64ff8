"""What may change in a released event: the code is compared with the corpus, each finding says what to do.

Old events have to be read by new code for ever; new events have to be read by subscribers that still run the released
code. docs/events/schemas.md holds the same rules in words. This file may not write the corpus.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from seamline.contract import Event
from seamline.contract.upcasting import upcasters
from seamline.schemas.compare import Cause, differences, unreadable
from seamline.schemas.corpus import Corpus, ReleasedVersion
from seamline.schemas.lifting import decoded
from seamline.schemas.publisher import Publisher
from seamline.schemas.shape import Schema, schema_of

RESTORE = "Restore the file from version control: the corpus only grows, by 'manage.py events schemas --release'."
RELEASE = "Release it: manage.py events schemas --release, and commit the file."


class Kind(StrEnum):
    """What a finding asks for."""

    INCOMPATIBLE = "incompatible"
    """The code has to change: released events could not be read, or would be read wrongly."""
    UNRELEASED = "unreleased"
    """The code is fine; the corpus has to take it in."""
    WIDENED = "widened"
    """Like unreleased, but subscribers with the released code cannot read all of it: they are deployed first."""
    DAMAGED = "damaged"
    """The corpus has to be restored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFinding:
    """One thing that keeps code and corpus apart; ``advice`` says what to do."""

    kind: Kind
    event: str
    problem: str
    advice: str


def schema_findings(contracts: Sequence[Publisher], corpus: Corpus) -> tuple[SchemaFinding, ...]:
    """All findings, in the order of the events' names."""
    found = [SchemaFinding(kind=Kind.DAMAGED, event="", problem=each, advice=RESTORE) for each in corpus.damages]
    declared = {event.event_name: (event, contract) for contract in contracts for event in contract.events}
    for name in sorted({*declared, *corpus.events}):
        if name not in declared:
            found.append(_gone(name, corpus))
            continue
        event, _ = declared[name]
        found += _lifting_findings(event, corpus.events.get(name, ()))
        found += _version_findings(event, corpus.events.get(name, ()))
        found += _payload_findings(event, corpus.version(name, event.schema_version))
    return tuple(found)


def _gone(name: str, corpus: Corpus) -> SchemaFinding:
    versions = corpus.events[name]
    return _incompatible(
        name,
        f"was released (up to schema version {versions[-1].schema_version}) and no contract declares it any more.",
        "Restore the class under this name: logs and archives hold such events for ever. An event that is no longer "
        "published keeps its class; a renamed one is a new event beside the old.",
    )


def _version_findings(event: type[Event], released: Sequence[ReleasedVersion]) -> Iterator[SchemaFinding]:
    name, version = event.event_name, event.schema_version
    if not released:
        yield SchemaFinding(kind=Kind.UNRELEASED, event=name, problem="is not in the corpus yet.", advice=RELEASE)
        return
    newest = released[-1].schema_version
    if version < newest:
        yield _incompatible(
            name,
            f"has schema version {version}, and {newest} was released.",
            f"Set schema_version={newest} again: versions are never lowered. To go back, raise it to {newest + 1}.",
        )
    elif version > newest + 1:
        yield _incompatible(
            name,
            f"has schema version {version}, and the newest released one is {newest}.",
            f"Set schema_version={newest + 1}: versions are counted one by one.",
        )
    elif version == newest + 1:
        yield SchemaFinding(
            kind=Kind.UNRELEASED,
            event=name,
            problem=f"has the new schema version {version}.",
            advice=f"{RELEASE} Subscribers with older code park its events until they are deployed.",
        )
    key = released[-1].latest.event_schema.key
    if event.event_key != key:
        yield _incompatible(
            name,
            f"is ordered by the key {event.event_key!r}; it was released with the key {key!r}.",
            f'Set key="{key}" again: events of one key are delivered in order, and a new version does not reorder '
            "old ones. For another order declare a new event.",
        )


def _lifting_findings(event: type[Event], released: Sequence[ReleasedVersion]) -> Iterator[SchemaFinding]:
    """Every sample of an older version arrives, and what lifts it is there in any process that reads the event."""
    name = event.event_name
    steps = {step for (lifts, step) in upcasters() if lifts == name}
    older = [each for each in released if each.schema_version < event.schema_version]
    wanted = range(older[0].schema_version, event.schema_version) if older else range(0)
    for step in (step for step in wanted if step not in steps):
        yield _incompatible(
            name,
            f"has schema version {event.schema_version}, and nothing lifts payloads from version {step} to {step + 1}.",
            f'Register it below the event: @upcaster("{name}", from_version={step}).',
        )
    for step in sorted(steps):
        function = upcasters()[name, step]
        home = sys.modules[event.__module__]
        if function.__module__ != event.__module__ and function not in vars(home).values():
            yield _incompatible(
                name,
                f"is lifted from version {step} by {function.__module__}.{function.__qualname__}, which its contract's "
                "file does not name.",
                f"Write it in {event.__module__}, or import it there: so every process that reads the event has it.",
            )
    if all(step in steps for step in wanted):
        for version in older:
            yield from _sample_findings(event, version)


def _sample_findings(event: type[Event], version: ReleasedVersion) -> Iterator[SchemaFinding]:
    for revision in version.revisions:
        for sample in revision.samples:
            try:
                decoded(event=version.event, schema_version=version.schema_version, payload=sample)
            except Exception as error:  # an upcaster may raise anything
                yield _incompatible(
                    event.event_name,
                    f"cannot read a released payload of version {version.schema_version}: {error!r}.",
                    "Correct the upcaster so that it lifts every sample in the corpus.",
                )
                return


def _payload_findings(event: type[Event], version: ReleasedVersion | None) -> Iterator[SchemaFinding]:
    """The class against every revision of its own version, in both directions."""
    if version is None:
        return
    now, name = schema_of(event), event.event_name
    problems = dict.fromkeys(
        problem for revision in version.revisions for problem in _backward(revision.event_schema, now, version)
    )
    for path, problem, advice in problems:
        bump = (
            f"Or raise schema_version to {event.schema_version + 1} and register "
            f'@upcaster("{name}", from_version={event.schema_version}).'
        )
        yield _incompatible(f"{name}, field {path}", problem, f"{advice} {bump}")
    if problems:
        return
    yield from _sample_findings(event, version)
    if now == msgspec.structs.replace(version.latest.event_schema, key=now.key):  # the key has a finding of its own
        return
    added = [each.path for each in differences(writer=now, reader=version.latest.event_schema)]
    wider = dict.fromkeys(
        f"{each.path} may now be {each.written}, released was {each.wanted}"
        for revision in version.revisions
        for each in unreadable(writer=now, reader=revision.event_schema)
    )
    if wider:
        yield SchemaFinding(
            kind=Kind.WIDENED,
            event=name,
            problem=f"was widened: {'; '.join(wider)}. Subscribers with the released code cannot read such values.",
            advice="Deploy this contract to every subscriber before anything publishes such values, then release it: "
            "manage.py events schemas --release --widened.",
        )
    else:
        what = f"has new fields: {', '.join(added)}" if added else "has changed in a compatible way"
        yield SchemaFinding(kind=Kind.UNRELEASED, event=name, problem=f"{what}.", advice=RELEASE)


def _backward(then: Schema, now: Schema, version: ReleasedVersion) -> Iterator[tuple[str, str, str]]:
    """Path, problem and advice for each old payload that the class now cannot read, or would read otherwise."""
    for each in differences(writer=then, reader=now):
        if each.cause is Cause.DROPPED:
            yield (
                each.path,
                f"was released as {each.written} and is gone.",
                "Keep the field (a renamed one is a new field with a default beside the old one).",
            )
        elif each.cause is Cause.ABSENT:
            yield (each.path, "is new and has no default.", "Give it a default, which released payloads then have.")
        else:
            yield (
                each.path,
                f"was released as {each.written} and is {each.wanted} now.",
                "Keep the type, or a wider one.",
            )
    for path, before, after in _changed_defaults(version, now):
        yield (
            path,
            f"had the default {before} and has {after} now; released payloads without it would change their meaning.",
            f"Restore the default {before}.",
        )


def _changed_defaults(version: ReleasedVersion, now: Schema) -> Iterator[tuple[str, str, str]]:
    """Defaults that complete payloads of an earlier revision: they are part of what those events say."""
    for revision in version.revisions[1:]:
        then = revision.event_schema
        groups = [("", then.fields, now.fields)]
        groups += [(f"{name}.", then.types[name], now.types[name]) for name in then.types if name in now.types]
        for prefix, old, new in groups:
            for field in old.keys() & new.keys():
                if _was_added(version, prefix, field) and old[field].default != new[field].default:
                    yield f"{prefix}{field}", _text(old[field].default), _text(new[field].default)


def _was_added(version: ReleasedVersion, prefix: str, field: str) -> bool:
    first = version.revisions[0].event_schema
    fields = first.types.get(prefix[:-1], {}) if prefix else first.fields
    return field not in fields


def _text(default: object) -> str:
    return "none at all" if default is msgspec.UNSET else msgspec.json.encode(default).decode()


def _incompatible(event: str, problem: str, advice: str) -> SchemaFinding:
    return SchemaFinding(kind=Kind.INCOMPATIBLE, event=event, problem=problem, advice=advice)
