"""The registry that is the domain name system: ``dns:http://{module}.internal:8000``, every address an instance.

Kubernetes' headless services answer so, and know themselves who is ready. This file may not know who asks.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from urllib.parse import urlsplit

from seamline.discovery.instance import Instance, Snapshot
from seamline.discovery.registry import RegistryAway, Silent
from seamline.discovery.revision import snapshot_of
from seamline.signing.places import WrongPlace, address_parts

SCHEME = "dns:"
EVERY = 2.0
"""Seconds between two questions."""
PATIENCE = 3.0
"""Seconds for all answers."""


class NameRegistry(Silent):
    """Instances by name.

    :param template: an address with ``{module}`` in its host.
    :param modules: the modules to ask for.
    :raises WrongPlace: the template is no such address.
    """

    def __init__(self, *, template: str, modules: tuple[str, ...]) -> None:
        host = urlsplit(template).netloc
        if "{module}" not in host:
            raise WrongPlace(
                "SEAMLINE_REGISTRY with dns: needs {module} in its host: dns:http://{module}.internal:8000."
            )
        for module in modules:
            address_parts(template.replace("{module}", module))
        self._template, self._modules = template, modules
        self._stopped = threading.Event()

    def read(self) -> Snapshot:
        """As ``Registry.read``; a module whose name is not found has no instances.

        :raises RegistryAway: no name is answered in time.
        """
        pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="seamline names")
        try:
            found = list(pool.map(self._resolve, self._modules, timeout=PATIENCE))
        except (TooLate, OSError) as error:
            raise RegistryAway(f"names are not answered: {type(error).__name__}") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        modules: dict[str, list[str]] = {}
        for module, urls in zip(self._modules, found, strict=True):
            for url in urls:
                modules.setdefault(url, []).append(module)
        return snapshot_of(Instance(id=url, modules=tuple(names), url=url) for url, names in modules.items())

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """As ``Registry.watch``; nobody pushes, so names are asked every two seconds."""
        end = time.monotonic() + seconds
        while True:
            self._stopped.wait(min(EVERY, max(0.0, end - time.monotonic())))
            found = self.read()
            if found.revision != after or time.monotonic() >= end:
                return found

    def _resolve(self, module: str) -> list[str]:
        parts = address_parts(self._template.replace("{module}", module))
        port = parts.port or (443 if parts.scheme == "https" else 80)
        try:
            answers = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
        except socket.gaierror as error:
            if error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)):
                return []
            raise
        return sorted({f"{parts.scheme}://{_bracketed(str(answer[4][0]))}:{port}{parts.path}" for answer in answers})


def _bracketed(address: str) -> str:
    return f"[{address}]" if ipaddress.ip_address(address.partition("%")[0]).version == 6 else address
