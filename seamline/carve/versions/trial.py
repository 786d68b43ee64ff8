"""What is said between who tries out a service and the service, before it is given a module: samples, and what became
of them. This file may not judge.
"""

from __future__ import annotations

import msgspec

from seamline.versions import Surface

PATH = "/internal/surface/"
"""Below it, the module's name."""
MOST_BODY = 4 * 1024 * 1024
MOST_TOLD = 300
"""Characters of one reason."""


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Arguments as callers of one version send them, by operation: each is JSON of one call's."""

    arguments: dict[str, tuple[msgspec.Raw, ...]]


class Unread(msgspec.Struct, frozen=True, kw_only=True):
    """A sample that the service's codec refused."""

    operation: str
    reason: str


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """The service's own surface, what it could not read, and how many samples it read."""

    surface: Surface
    unread: tuple[Unread, ...] = ()
    read: int = 0
