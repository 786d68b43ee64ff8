"""Headers that a door may not pass on: those that concern one connection, and those that only the inside may say.

Names count in any spelling that a WSGI server could take for another, hence underscores are hyphens here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

HOP_BY_HOP = frozenset(
    (
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    )
)
CREDENTIALS = frozenset(("authorization", "cookie", "x-csrftoken"))
"""Shown at the door; a module gets the identity instead."""
_INTERNAL = ("seamline-", "x-seamline-", "x-forwarded-", "x-accel-")
_SAID_BY_THE_DOOR = frozenset(
    ("forwarded", "x-real-ip", "x-original-url", "x-rewrite-url", "x-http-method-override", "via", "expect")
)


def may_enter(name: str, *, named_by_connection: frozenset[str] = frozenset()) -> bool:
    """Whether a client's header may reach a module.

    :param named_by_connection: what the header ``Connection`` names, in lower case.
    """
    name = name.lower().replace("_", "-")
    return not (
        name in HOP_BY_HOP
        or name in CREDENTIALS
        or name in _SAID_BY_THE_DOOR
        or name in named_by_connection
        or name.startswith(_INTERNAL)
    )


def may_leave(name: str, *, named_by_connection: frozenset[str] = frozenset()) -> bool:
    """Whether a module's header may reach a client. Cookies are the hub's: a module's would overwrite its session."""
    name = name.lower()
    return not (
        name in HOP_BY_HOP
        or name in named_by_connection
        or name in ("set-cookie", "server", "date")
        or name.startswith(_INTERNAL)
    )


def named_by(values: Iterable[str]) -> frozenset[str]:
    """The names in a header ``Connection``."""
    return frozenset(_names(values))


def _names(values: Iterable[str]) -> Iterator[str]:
    for value in values:
        for name in value.split(","):
            yield name.strip().lower().replace("_", "-")
