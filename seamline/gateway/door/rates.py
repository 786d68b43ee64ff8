"""How many requests one client may send: by ``limits``, in this process's memory, or shared in Valkey or Redis.

Where the shared memory is away, everybody is let in: a limit protects, it must not close the shop.
"""

from __future__ import annotations

import logging
import time

from limits import RateLimitItem, parse
from limits.aio.storage import RedisStorage
from limits.aio.strategies import FixedWindowRateLimiter as SharedWindow
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from seamline.gateway.problems import Problem

logger = logging.getLogger(__name__)
AWAY = 1.0
"""Seconds for which a shared memory that failed is not asked again."""


class Rates:
    """The limits of one process.

    :param url: of Valkey or Redis, to share counts with other replicas; empty keeps them here.
    :param default: for each client, such as ``600/minute``; empty is unlimited.
    """

    def __init__(self, *, default: str, url: str = "") -> None:
        self._here = FixedWindowRateLimiter(MemoryStorage())
        self._shared = SharedWindow(RedisStorage(f"async+{url}", implementation="redispy")) if url else None
        self._items: dict[str, RateLimitItem] = {}
        self._default = default
        self._away_until = 0.0

    async def check(self, client: str, *, route: str, rate: str) -> None:
        """Count one request.

        :param rate: the route's own, or empty.
        :raises Problem: 429, with when to come again.
        """
        for name, text in (("*", self._default), (route, rate)):
            if text:
                await self._check(client, name, self._item(text))

    async def _check(self, client: str, name: str, item: RateLimitItem) -> None:
        now = time.monotonic()
        if now < self._away_until:
            return
        try:
            if self._shared is None:
                if self._here.hit(item, client, name):
                    return
                reset = self._here.get_window_stats(item, client, name).reset_time
            else:
                if await self._shared.hit(item, client, name):
                    return
                reset = (await self._shared.get_window_stats(item, client, name)).reset_time
        except Exception as error:
            logger.warning("Requests are not counted for a moment: %s", type(error).__name__)
            self._away_until = now + AWAY
            return
        wait = max(1, round(reset - time.time()))
        raise Problem(
            429,
            "too_many_requests",
            f"{item.amount} requests in {item.get_expiry()} s are allowed here.",
            headers={"Retry-After": str(wait), "RateLimit-Limit": str(item.amount), "RateLimit-Remaining": "0",
                     "RateLimit-Reset": str(wait)},
        )  # fmt: skip

    def _item(self, text: str) -> RateLimitItem:
        if text not in self._items:
            self._items[text] = parse(text)
        return self._items[text]
