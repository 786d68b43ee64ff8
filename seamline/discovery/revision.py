"""The revision of a set of instances: the same for the same content, wherever and whenever it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from seamline.discovery.instance import Instance, Snapshot


def snapshot_of(instances: Iterable[Instance]) -> Snapshot:
    """The instances in the order of their ids, with their revision."""
    ordered = tuple(sorted(instances, key=lambda instance: instance.id))
    digest = hashlib.blake2b(msgspec.json.encode(ordered), digest_size=12).hexdigest()
    return Snapshot(revision=digest, instances=ordered)
