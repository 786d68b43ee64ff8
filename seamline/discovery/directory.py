"""What this process knows of all instances: one snapshot, replaced whole, read without a lock."""

from __future__ import annotations

import functools

from django.conf import settings

from seamline.discovery.balancer import Balancer
from seamline.discovery.instance import Instance
from seamline.discovery.static import SCHEME, static_instances


class Directory:
    """The instances that were last heard of."""

    def __init__(self) -> None:
        text = settings.SEAMLINE_REGISTRY
        self._snapshot = static_instances(text.removeprefix(SCHEME) if text.startswith(SCHEME) else "")

    def instances(self) -> tuple[Instance, ...]:
        """All of them; the same object until something changes."""
        return self._snapshot.instances


@functools.cache
def directory() -> Directory:
    """This process's directory."""
    return Directory()


@functools.cache
def balancer_for(module: str) -> Balancer:
    """This process's balancer of a module."""
    return Balancer(module, directory().instances)
