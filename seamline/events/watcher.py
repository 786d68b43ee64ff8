"""Waits at another deployable until a publisher's log has grown, and says so in this process: what NOTIFY is for SQL.

A hint that is lost costs latency only: lanes also poll. This file may not read checkpoints or deliver.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from django.conf import settings

from seamline.events.feed import FeedUnavailable
from seamline.events.http_feed import HttpFeed
from seamline.events.whereabouts import Place, place_of
from seamline.modules.registry import hosted_modules

WAIT = 5.0
"""Seconds of one long poll; also how long a web server that is told to stop goes on at most, for it lets it end."""
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0
SPACING = 0.01
"""Seconds between two hints at least: lanes that were woken look again by themselves."""
TURNED_AWAY_PAUSE = 0.1
"""Seconds between two looks while the server has no place to wait."""
UNKNOWN = 2**63 - 1
"""A position that no log reaches."""

logger = logging.getLogger(__name__)


class Watcher(threading.Thread):
    """Calls ``received(publisher)`` when a wanted event can be read there. Tries again for as long as it lives.

    :param names: the names of the wanted events.
    """

    def __init__(self, *, publisher: str, url: Place, names: Sequence[str], received: Callable[[str], None]) -> None:
        super().__init__(name=f"seamline watcher {publisher}", daemon=True)
        self._publisher = publisher
        self._names = tuple(names)
        self._received = received
        self._feed = HttpFeed(publisher=publisher, url=url)
        self._stopping = threading.Event()

    def stop(self) -> None:
        """End the thread; join it afterwards."""
        self._stopping.set()
        self._feed.interrupt()

    def run(self) -> None:
        after, pause, failing = UNKNOWN, FIRST_PAUSE, False
        while not self._stopping.is_set():
            try:
                # The first answer comes at once and tells where the log is settled now.
                answer = self._feed.wait(after=after, names=self._names, seconds=0.0 if after == UNKNOWN else WAIT)
            except FeedUnavailable as error:
                if not self._stopping.is_set():
                    logger.log(logging.DEBUG if failing else logging.WARNING, "No hints about new events: %s", error)
                after, failing = UNKNOWN, True
                self._stopping.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
                continue
            if failing:
                logger.info("Hints about new events of %r arrive again", self._publisher)
            if answer.events or after == UNKNOWN:
                self._received(self._publisher)
            self._stopping.wait(TURNED_AWAY_PAUSE if answer.turned_away else SPACING)
            after, pause, failing = answer.settled, FIRST_PAUSE, False


def watchers(received: Callable[[str], None]) -> tuple[Watcher, ...]:
    """New watchers, not started: one for each publisher elsewhere that a hosted subscription reads by HTTP."""
    return tuple(
        Watcher(publisher=publisher, url=place, names=names, received=received)
        for publisher, names in wanted_names().items()
        if publisher not in settings.DATABASES and (place := place_of(publisher)) is not None
    )


def wanted_names() -> dict[str, tuple[str, ...]]:
    """By publisher, the names of the events that hosted subscriptions want."""
    wanted: dict[str, dict[str, None]] = {}
    for module in hosted_modules():
        for subscription in module.subscriptions:
            for publisher in subscription.publishers:
                wanted.setdefault(publisher, {}).update(dict.fromkeys(subscription.names_of(publisher)))
    return {publisher: tuple(names) for publisher, names in wanted.items()}
