"""Where a publisher's log is read over HTTP: as ``SEAMLINE_FEEDS`` says, or at an instance that discovery finds.

Any instance of the module will do, as all read the same log. This file may not read one.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings

from seamline.discovery import NoInstance, balancer_for
from seamline.events.feed import FeedUnavailable

Place = str | Callable[[], str]
"""A base URL, or what finds one that answers now; that raises ``FeedUnavailable`` where there is none."""


def place_of(publisher: str) -> Place | None:
    """Where the log of a module that is hosted elsewhere is; None where nothing here says so."""
    if written := settings.SEAMLINE_FEEDS.get(publisher):
        return str(written)
    if not settings.SEAMLINE_REGISTRY and not settings.SEAMLINE_ADVERTISE:
        return None

    def found() -> str:
        try:
            return balancer_for(publisher).pick().url
        except NoInstance as error:
            raise FeedUnavailable(f"The log of {publisher!r} cannot be read: {error}") from error

    return found
