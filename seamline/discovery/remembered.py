"""The instances that were last heard of, in a file, so that a process which starts while the registry is away can call.

Written whole or not at all. This file may not know a registry.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

from seamline.discovery.instance import Snapshot

logger = logging.getLogger(__name__)
MOST_BYTES = 16 * 1024 * 1024


def remember(path: Path, snapshot: Snapshot) -> None:
    """Keep it; that it cannot be kept is logged and does no harm."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_bytes(msgspec.json.encode(snapshot))
        fresh.replace(path)
    except OSError as error:
        logger.warning("The instances cannot be remembered in %s: %s", path, error.strerror)


def remembered(path: Path) -> Snapshot:
    """What was kept; nothing where there is no such file, or none that can be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            return Snapshot(revision="")
        return msgspec.json.decode(path.read_bytes(), type=Snapshot)
    except (OSError, msgspec.MsgspecError):
        return Snapshot(revision="")
