"""Kept connections to instances, which lead into the installation's own networks or nowhere.

An instance's address was checked when it was registered. A name may lead elsewhere by now: what was connected counts.
"""

from __future__ import annotations

import functools
import os
import socket

from django.conf import settings
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from seamline.discovery.addresses import is_within, networks

MOST_INSTANCES = 64
MOST_IDLE = 32
"""Connections kept to one instance."""


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _checked(self, super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


@functools.cache
def pools() -> PoolManager:
    """This process's connections; a forked child opens its own, else it would read its parent's answers."""
    manager = PoolManager(num_pools=MOST_INSTANCES, maxsize=MOST_IDLE, block=False)
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager


os.register_at_fork(after_in_child=pools.cache_clear)


def _checked(connection: HTTPConnection, opened: socket.socket) -> socket.socket:
    address = str(opened.getpeername()[0])
    if not is_within(address, networks(settings.SEAMLINE_INTERNAL_NETWORKS)):
        opened.close()
        raise NewConnectionError(connection, f"{address} is in none of the networks of SEAMLINE_INTERNAL_NETWORKS")
    return opened
