"""Which module a path belongs to, wherever that lives. Data, read once; the longest prefix decides.

What begins with a module's API path goes to that module, pages and all the rest to the hub. Internal paths lead nowhere
from outside. This file may not know an instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

API = "/api/v1/"
INTERNAL = "/internal/"
HIDDEN = (INTERNAL, "/metrics")
"""Paths that nobody outside is shown, though the hub serves them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where paths with this prefix lead, and what is allowed on the way."""

    prefix: str
    module: str
    timeout: float = 30.0
    """Seconds until the answer begins; event streams and tunnels live as long as something comes."""
    rate: str = ""
    """Requests of one client, such as ``120/minute``; empty for the gateway's own."""
    most_body: int = 10 * 1024 * 1024


class Routes:
    """All routes, the longest prefix first."""

    def __init__(self, routes: Iterable[Route], *, exact: Mapping[str, Route] | None = None) -> None:
        self.all = tuple(sorted(routes, key=lambda route: -len(route.prefix)))
        self.exact = dict(exact or {})
        self._below_api = {route.prefix[len(API) : -1]: route for route in self.all if _is_module_path(route.prefix)}
        self._others = tuple(route for route in self.all if not _is_module_path(route.prefix))

    def find(self, path: str) -> Route | None:
        """The route of a path; None for hidden ones and where nothing leads.

        :param path: percent-encoded, unambiguous.
        """
        if path.startswith(HIDDEN):
            return None
        if path in self.exact:
            return self.exact[path]
        if path.startswith(API):
            found = self._below_api.get(path[len(API) :].partition("/")[0])
            if found is not None:
                return found
        return next((route for route in self._others if path.startswith(route.prefix)), None)


def routes_of(
    *, modules: Iterable[str], hub: str, rates: Mapping[str, str] | None = None, hub_paths: Iterable[str] = ()
) -> Routes:
    """The routes of an installation.

    :param hub: the module that pages, admin, documents and everything else go with.
    :param rates: of clients, by prefix.
    :param hub_paths: paths that stay with the hub though they lie below a module's: where sessions begin and end.
    """
    limits = rates or {}
    prefixes = {f"{API}{module}/": module for module in modules} | {"/": hub}
    return Routes(
        (Route(prefix=prefix, module=module, rate=limits.get(prefix, "")) for prefix, module in prefixes.items()),
        exact={path: Route(prefix=path, module=hub, rate=limits.get(path, "")) for path in hub_paths},
    )


def _is_module_path(prefix: str) -> bool:
    return prefix.startswith(API) and prefix.count("/") == API.count("/") + 1
