"""Recognising changed code: a digest of what decides about a projection's rows, blind to comments and layout.

The same on every machine and in every process: only the meaning of the source counts, never an address or a path. This
file may not read a database.
"""

from __future__ import annotations

import hashlib

from django.apps import apps

from seamline.modules.source import source_digest, source_of
from seamline.projections.projection import Projection

LENGTH = 16
"""Hexadecimal digits that are kept."""


def fingerprint(projection: Projection) -> str:
    """The digest of a projection: version, events and their schema versions, columns, and the source of its code.

    :raises LookupError: a model, or the source of a module, cannot be found.
    """
    parts = [str(projection.version)]
    parts += sorted(f"{event.event_name} {event.schema_version}" for event in projection.events)
    for label in projection.models:
        fields = apps.get_model(label)._meta.concrete_fields
        parts += [label, *(f"{field.column} {field.get_internal_type()}" for field in fields)]
    parts += sorted(projection.tables)
    for name in dict.fromkeys((projection.handler.partition(":")[0], *projection.code)):
        parts += [name, source_digest(source_of(name))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:LENGTH]
