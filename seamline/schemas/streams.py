"""Where events and their corpora are: those of all contracts together, and each module's own beside its code.

Events that only their own module reads lie in the log for ever like the others; their corpus leaves with the module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps

from seamline.eventsourcing.registry import aggregates_of
from seamline.modules.registry import hosted_modules
from seamline.schemas.declared import declared_contracts, released_folder
from seamline.schemas.publisher import Publisher, StreamEvents

FOLDER = "released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Events, and the folder of their corpus."""

    publishers: Sequence[Publisher]
    folder: Path


def sources() -> tuple[Source, ...]:
    """All contracts of the project; then each hosted module that has events of its own."""
    return (Source(publishers=declared_contracts(), folder=released_folder()), *_modules_own())


def _modules_own() -> Iterator[Source]:
    for module in hosted_modules():
        declared = set(module.contract.events) if module.contract is not None else set()
        own = [event for type_ in aggregates_of(module) for event in type_.events if event not in declared]
        if own:
            events = StreamEvents(module=module.name, events=tuple(dict.fromkeys(own)))
            yield Source(publishers=(events,), folder=Path(apps.get_app_config(module.name).path) / FOLDER)
