"""This process's registry, directory, balancers and presence, from the settings. Wiring only."""

from __future__ import annotations

import functools
import os
import secrets
import socket
import time

from django.conf import settings

from seamline.contract import Contract
from seamline.data import release_connections
from seamline.discovery.addresses import check_address, networks
from seamline.discovery.balancer import Balancer
from seamline.discovery.directory import Directory
from seamline.discovery.instance import Instance
from seamline.discovery.names import SCHEME as NAMES
from seamline.discovery.names import NameRegistry
from seamline.discovery.over_http import HttpRegistry
from seamline.discovery.presence import Presence
from seamline.discovery.registry import Registry
from seamline.discovery.static import SCHEME as STATIC
from seamline.discovery.static import StaticRegistry
from seamline.discovery.table import TableRegistry
from seamline.discovery.valkey import ValkeyRegistry
from seamline.modules.registry import hosted_modules
from seamline.placement.here import on_change, serves_here
from seamline.signing.places import WrongPlace


def registry_of(text: str, *, modules: tuple[str, ...], caller: str) -> Registry:
    """The registry that ``SEAMLINE_REGISTRY`` names.

    :param modules: those to ask for, where the registry has to be asked by name.
    :param caller: who signs.
    :raises WrongPlace: it names none.
    """
    scheme = text.partition(":")[0]
    if not text:
        return TableRegistry()
    if text.startswith(STATIC):
        return StaticRegistry(text.removeprefix(STATIC))
    if text.startswith(NAMES):
        return NameRegistry(template=text.removeprefix(NAMES), modules=modules)
    if scheme in ("redis", "rediss"):
        return ValkeyRegistry(url=text, prefix=settings.SEAMLINE_QUEUE_PREFIX)
    if scheme in ("http", "https"):
        return HttpRegistry(url=text, caller=caller)
    raise WrongPlace(
        f"SEAMLINE_REGISTRY begins with {scheme!r}: give the hub's http://host:port, redis://…, "
        "static:orders=http://…, dns:http://{module}.internal:8000, or nothing for this deployable's own table."
    )


@functools.cache
def directory() -> Directory:
    """This process's directory."""
    hosted = tuple(module.name for module in hosted_modules())
    known = tuple(sorted({contract.module for contract in Contract.__subclasses__()}))
    registry = registry_of(settings.SEAMLINE_REGISTRY, modules=known, caller=hosted[0] if hosted else "platform")
    return Directory(registry, permitted=_permitted, memory=settings.BASE_DIR / ".seamline" / "instances.json")


@functools.cache
def balancer_for(module: str) -> Balancer:
    """This process's balancer of a module."""
    return Balancer(module, directory().instances, suspect=directory().suspect)


def announce() -> Presence | None:
    """Make this process known where ``SEAMLINE_ADVERTISE`` says at which address; None where it does not."""
    if not settings.SEAMLINE_ADVERTISE:
        return None
    identifier, started_at = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}", time.time()

    def instance() -> Instance:
        hosted = tuple(module.name for module in hosted_modules())
        return Instance(
            id=identifier,
            modules=tuple(name for name in hosted if serves_here(name)),
            standby=tuple(name for name in hosted if not serves_here(name)),
            url=settings.SEAMLINE_ADVERTISE.rstrip("/"),
            group=own_group(),
            started_at=started_at,
        )

    presence = Presence(instance(), directory().registry, after_beat=release_connections)
    on_change(lambda: presence.become(instance()))
    presence.start()
    return presence


def own_group() -> str:
    """The deployable that this process is one of."""
    return "-".join(module.name for module in hosted_modules())[:100]


def _forget() -> None:
    directory.cache_clear()
    balancer_for.cache_clear()


def _permitted(url: str) -> bool:
    try:
        check_address(url, networks(settings.SEAMLINE_INTERNAL_NETWORKS))
    except WrongPlace:
        return False
    return True


os.register_at_fork(after_in_child=_forget)
