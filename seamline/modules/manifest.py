"""The manifest: what a module is, offers, listens to and runs, as data that checks and the topology page can read."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils.module_loading import import_string

from seamline.contract import Contract

if TYPE_CHECKING:
    from seamline.events.subscription import Subscription
    from seamline.jobs import Job


def imported(path: str) -> Any:
    """What ``package.file:name`` names.

    :raises ImportError: nothing is there; says what was looked for.
    """
    return import_string(path.replace(":", "."))


@dataclass(frozen=True, kw_only=True)
class Module:
    """One bounded context.

    ``name`` is also its Django app label, its database alias and its schema. Paths are ``package.file:name``.
    """

    name: str
    owner: str
    """The team that answers for it."""
    contract: type[Contract] | None = None
    implementation: str = ""
    """Path of the class that implements the contract."""
    calls: tuple[type[Contract], ...] = ()
    """The contracts that it uses; a call to any other is found by a check."""
    subscriptions: tuple[Subscription, ...] = ()
    jobs: tuple[Job, ...] = ()
    sagas: tuple[str, ...] = ()
    """Paths of its saga definitions."""
    aggregates: tuple[str, ...] = ()
    """Paths of its event-sourced aggregates' types."""
    histories: tuple[str, ...] = ()
    """Paths of the types whose history is read back from its plain events."""
    audits: tuple[str, ...] = ()
    """Paths of functions that hold its tables against its events; each answers findings, in words."""
    urls: str = ""
    """Dotted path of the URL configuration of its API, mounted below ``/api/v1/<name>/``."""
    extensions: tuple[str, ...] = field(default=())
    """PostgreSQL extensions that live in its schema."""

    @cached_property
    def service(self) -> Contract | None:
        """The one object that implements the contract in this process; None for a module without contract."""
        if self.contract is None:
            return None
        service: Contract = imported(self.implementation)()
        return service
