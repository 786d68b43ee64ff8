"""Where each deployable of a plan answers and stores, and the environment that makes a process that deployable.

Passwords are in none of it: a process finds the embedded server by its name, below ``.seamline/``. This file may not
start anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from seamline.embedded.ports import free_port, is_free
from seamline.split.plan import Deployable, Plan

FIRST_EPHEMERAL = 32768
"""From here on the system gives ports to whoever asks for any; a neighbour of one is soon somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One deployable and where it is."""

    deployable: Deployable
    url: str
    """Where the other deployables reach it."""
    port: int
    """Where it listens."""
    database_url: str = ""
    """An existing server; empty for the embedded one of ``server_name``."""

    @property
    def name(self) -> str:
        """The deployable's."""
        return self.deployable.name

    @property
    def server_name(self) -> str:
        """Of its embedded server: empty for the hub, whose server is the one that an undivided shop has."""
        return "" if self.deployable.is_hub else self.name


def local_places(
    plan: Plan, *, port: int, environment: Mapping[str, str], fixed_ports: bool = False
) -> tuple[Place, ...]:
    """Places on this machine: the hub at the port, the others behind it or where nobody listens.

    :param environment: where ``DATABASE_URL`` and ``<MODULE>_DATABASE_URL`` name existing servers.
    :param fixed_ports: take the ports behind the hub's whoever listens there, as for a file that is used later.
    """
    places = []
    for number, deployable in enumerate(plan.deployables):
        keeps = deployable.is_hub or fixed_ports
        chosen = port + number if keeps else port_beside(port, distance=number)
        places.append(
            Place(
                deployable=deployable,
                url=f"http://127.0.0.1:{chosen}",
                port=chosen,
                database_url=database_url_of(deployable, environment=environment),
            )
        )
    return tuple(places)


def port_beside(port: int, *, distance: int = 1) -> int:
    """The port behind this one, where it is free and stays so; else any."""
    wanted = port + distance
    return wanted if wanted < FIRST_EPHEMERAL and is_free(wanted) else free_port()


def database_url_of(deployable: Deployable, *, environment: Mapping[str, str]) -> str:
    """The existing server that the environment names for this deployable; empty for an embedded one."""
    if deployable.is_hub:
        return environment.get("DATABASE_URL", "")
    urls = (environment.get(f"{module.upper()}_DATABASE_URL", "") for module in deployable.modules)
    return next(filter(None, urls), "")


def environment_of(place: Place, *, places: Sequence[Place]) -> dict[str, str]:
    """What makes a process this deployable of these; merged over whatever the process has besides."""
    hub = next(each for each in places if each.deployable.is_hub)
    return {
        "SEAMLINE_MODULES": ",".join(place.deployable.modules),
        "SEAMLINE_SPLIT": "",
        "SEAMLINE_POSTGRES": place.server_name,
        "DATABASE_URL": place.database_url,
        # The hub keeps the list of who runs where in a table of its own.
        "SEAMLINE_REGISTRY": "" if place is hub else hub.url,
        "SEAMLINE_ADVERTISE": place.url,
    }
