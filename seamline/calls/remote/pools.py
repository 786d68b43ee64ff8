"""One pool of connections for each address in this process, shared by all contracts that are served there."""

from __future__ import annotations

import threading

from django.conf import settings

from seamline.discovery.addresses import is_within, networks
from seamline.transport import Pool

_pools: dict[str, Pool] = {}
_lock = threading.Lock()
MOST = 256
"""Addresses that are remembered; then all are forgotten, as instances that come and go leave theirs behind."""


def pool_of(url: str) -> Pool:
    """The pool of connections to this address."""
    pool = _pools.get(url)
    if pool is None:
        with _lock:
            pool = _pools.get(url)
            if pool is None:
                if len(_pools) >= MOST:
                    close_all()
                pool = _pools[url] = Pool(url=url, permitted=_permitted)
    return pool


def close_all() -> None:
    """Close what is idle; connections in use are closed when they come back."""
    for pool in _pools.values():
        pool.close()
    _pools.clear()


def _permitted(address: str) -> bool:
    return is_within(address, networks(settings.SEAMLINE_INTERNAL_NETWORKS))
