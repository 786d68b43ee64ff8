"""Routes with the addresses behind them: what every export is written from. Knows no format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from seamline.gateway.routes import HIDDEN, Route, Routes

DROPPED = (
    "Seamline-Identity",
    "Seamline-Timeout",
    "Seamline-Signature",
    "X-Seamline-Identity",
    "Forwarded",
    "X-Forwarded-Host",
    "X-Original-URL",
    "X-Rewrite-URL",
    "X-HTTP-Method-Override",
)
"""Headers that nobody outside may send: modules believe them, or take them for something else."""


class NothingBehind(LookupError):
    """A route leads to a module of which no address is known; the text says how to name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """All that a proxy has to know. ``upstreams`` are ``host:port`` by module."""

    routes: tuple[Route, ...]
    exact: tuple[Route, ...]
    hidden: tuple[str, ...]
    upstreams: Mapping[str, tuple[str, ...]]
    hub: str


def table_of(routes: Routes, *, upstreams: Mapping[str, tuple[str, ...]], hub: str) -> Table:
    """The table of an installation; a module without an address is served by the hub, which passes requests on.

    :raises NothingBehind: not even the hub has an address.
    """
    if not upstreams.get(hub):
        raise NothingBehind(
            f"No address of {hub!r}, the hub, is known: set SEAMLINE_REGISTRY, or give --upstream {hub}=10.0.0.1:8000."
        )
    known = {module: tuple(addresses) for module, addresses in upstreams.items() if addresses}

    def led(route: Route) -> Route:
        if route.module in known:
            return route
        return Route(prefix=route.prefix, module=hub, timeout=route.timeout, most_body=route.most_body)

    used = {led(route).module for route in (*routes.all, *routes.exact.values())}
    return Table(
        routes=tuple(led(route) for route in routes.all),
        exact=tuple(led(route) for route in routes.exact.values()),
        hidden=HIDDEN,
        upstreams={module: known[module] for module in sorted(used)},
        hub=hub,
    )
