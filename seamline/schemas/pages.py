"""What the page about events shows, as plain values for its template: modules, events, fields, examples, history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from seamline.contract import Contract, Event
from seamline.contract.event import module_of
from seamline.modules import Module
from seamline.schemas.asyncapi import example_of_event, subscribers_of
from seamline.schemas.compare import differences, unreadable
from seamline.schemas.corpus import Corpus, ReleasedVersion
from seamline.schemas.json_schema import description_of, json_schemas
from seamline.schemas.shape import Field, Shape, schema_of


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldRow:
    """One line of a table of fields; ``types`` are the objects within, each with a table of its own."""

    name: str
    type: str
    types: tuple[str, ...]
    required: bool
    default: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectTable:
    """A table of fields: of the event itself (without a name), or of an object within it."""

    name: str
    description: str
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A line of an event's history."""

    version: int
    revision: int
    contract: str
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """One event as the page shows it."""

    name: str
    class_name: str
    description: str
    key: str
    schema_version: int
    publisher: str
    subscribers: tuple[str, ...]
    tables: tuple[ObjectTable, ...]
    example: str
    history: tuple[Release, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleEntry:
    """A publishing module."""

    name: str
    description: str
    events: tuple[EventEntry, ...]


def entries(
    *, contracts: Sequence[type[Contract]], modules: Sequence[Module], corpus: Corpus
) -> tuple[ModuleEntry, ...]:
    """Every module that publishes, by name, with its events, by name."""
    return tuple(
        ModuleEntry(
            name=contract.module,
            description=description_of(contract),
            events=tuple(
                _entry(event, modules, corpus) for event in sorted(contract.events, key=lambda event: event.event_name)
            ),
        )
        for contract in sorted(contracts, key=lambda contract: contract.module)
        if contract.events
    )


def _entry(event: type[Event], modules: Sequence[Module], corpus: Corpus) -> EventEntry:
    return EventEntry(
        name=event.event_name,
        class_name=event.__name__,
        description=description_of(event),
        key=event.event_key,
        schema_version=event.schema_version,
        publisher=module_of(event),
        subscribers=tuple(subscribers_of(event, modules)),
        tables=tuple(_tables(event)),
        example=msgspec.json.format(msgspec.json.encode(example_of_event(event, corpus))).decode(),
        history=tuple(_history(corpus.events.get(event.event_name, ()))),
    )


def _tables(event: type[Event]) -> Iterator[ObjectTable]:
    schema = schema_of(event)
    _, described = json_schemas([event], ref_template="#{name}")
    own = described.get(event.__name__, {})
    yield ObjectTable(name="", description="", rows=_rows(schema.fields, own))
    for name, fields in schema.types.items():
        its = described.get(name, {})
        yield ObjectTable(name=name, description=its.get("description", ""), rows=_rows(fields, its))


def _rows(fields: dict[str, Field], described: dict[str, Any]) -> tuple[FieldRow, ...]:
    properties = described.get("properties", {})
    return tuple(
        FieldRow(
            name=name,
            type=str(field.shape),
            types=tuple(dict.fromkeys(_objects(field.shape))),
            required=field.required,
            default=_default(field),
            description=properties.get(name, {}).get("description", ""),
        )
        for name, field in fields.items()
    )


def _objects(shape: Shape) -> Iterator[str]:
    if shape.kind == "object":
        yield shape.type
    for item in shape.items:
        yield from _objects(item)


def _default(field: Field) -> str:
    if field.computed:
        return "made anew"
    return "" if field.required else msgspec.json.encode(field.default).decode()


def _history(versions: Sequence[ReleasedVersion]) -> Iterator[Release]:
    """The newest first."""
    for version in reversed(versions):
        for index, revision in reversed(list(enumerate(version.revisions))):
            yield Release(
                version=version.schema_version,
                revision=index + 1,
                contract=revision.contract,
                changes=tuple(_changes(version, index)),
            )


def _changes(version: ReleasedVersion, index: int) -> Iterator[str]:
    if index == 0:
        yield "first released" if version.schema_version == 1 else "a new version: older events are lifted to it"
        return
    now, before = version.revisions[index].event_schema, version.revisions[index - 1].event_schema
    broken = {each.path for each in unreadable(writer=now, reader=before)}
    for each in differences(writer=now, reader=before):
        wider = each.path in broken
        yield f"{each.path} may also be {each.written}" if wider else f"new field {each.path} ({each.written})"
