"""Use case: who serves each module now, where, and which processes have it in force. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from seamline.control.board import BoardAway
from seamline.discovery import InstanceState
from seamline.discovery.here import own_group
from seamline.discovery.registry import RegistryAway
from seamline.discovery.table import TableRegistry
from seamline.placement.place_service import followers, placements
from seamline.placement.values import Follower, Placement, Serves


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedModule:
    """A module, and the addresses of its service's instances that take calls."""

    placement: Placement
    instances: tuple[str, ...]

    @property
    def has_no_instance(self) -> bool:
        """It is placed at a service that nobody has heard of: the hub answers."""
        return self.placement.serves is Serves.SERVICE and not self.instances


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacementOverview:
    """All modules of the hub."""

    modules: tuple[PlacedModule, ...]
    followers: tuple[Follower, ...]
    epoch: int
    """Of the latest change."""
    follows: bool
    """Whether processes of this hub go by placements: ``SEAMLINE_CONTROL`` is on."""


def overview() -> PlacementOverview:
    """What is known now.

    :raises LookupError: this deployable is not the hub.
    :raises BoardAway: the database is out of reach.
    """
    placed = placements()
    try:
        running = [each for each in TableRegistry().read().instances if each.state is InstanceState.UP]
    except RegistryAway as error:
        raise BoardAway(str(error)) from error
    others = [each for each in running if each.group != own_group()]
    return PlacementOverview(
        modules=tuple(
            PlacedModule(placement=each, instances=tuple(other.url for other in others if each.module in other.modules))
            for each in placed
        ),
        followers=followers(),
        epoch=max((each.epoch for each in placed), default=0),
        follows=bool(settings.SEAMLINE_CONTROL),
    )
