"""Instances that are written down: ``static:orders=http://10.0.0.1:8000|http://10.0.0.2:8000,payments=http://…``."""

from __future__ import annotations

import time

from seamline.discovery.instance import Instance, Snapshot
from seamline.discovery.registry import Silent
from seamline.signing.places import WrongPlace, address_parts

SCHEME = "static:"


def static_instances(text: str) -> Snapshot:
    """The instances that the text after ``static:`` names; those at one address are one.

    :raises WrongPlace: says which part is wrong.
    """
    modules: dict[str, list[str]] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, urls = part.partition("=")
        if not name.strip().isidentifier():
            raise WrongPlace(
                f"SEAMLINE_REGISTRY has {name!r} where the name of a module should stand: give "
                "static:orders=http://10.0.0.1:8000|http://10.0.0.2:8000,payments=http://10.0.0.3:8000."
            )
        for url in filter(None, (url.strip().rstrip("/") for url in urls.split("|"))):
            address_parts(url)
            modules.setdefault(url, []).append(name.strip())
    instances = tuple(Instance(id=url, modules=tuple(names), url=url) for url, names in modules.items())
    return Snapshot(revision=text, instances=instances)


class StaticRegistry(Silent):
    """Instances that never change while the process runs.

    :raises WrongPlace: says which part of the text is wrong.
    """

    def __init__(self, text: str) -> None:
        self._snapshot = static_instances(text)

    def read(self) -> Snapshot:
        """As ``Registry.read``."""
        return self._snapshot

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """As ``Registry.watch``; nothing ever changes."""
        if after == self._snapshot.revision:
            time.sleep(seconds)
        return self._snapshot
