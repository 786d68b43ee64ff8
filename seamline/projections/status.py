"""How each projection stands: its code against the one that made its rows, its lag, and a rebuild under way.

For commands, checks and metrics. This file may not write.
"""

from __future__ import annotations

from dataclasses import dataclass

from seamline.events.lag import Lag, lag, sums
from seamline.projections.fingerprint import fingerprint
from seamline.projections.projection import Projection
from seamline.projections.rebuild import Rebuild, rebuilds
from seamline.projections.record import Record, projections, records


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectionState:
    """One hosted projection."""

    name: str
    module: str
    version: int
    events: tuple[str, ...]
    tables: tuple[str, ...]
    fingerprint: str
    """Of the code in this process."""
    record: Record | None
    """What made the live rows; None before the first."""
    rebuild: Rebuild | None
    lag: tuple[Lag, ...] = ()
    """One for each publisher, where it was asked for."""

    @property
    def has_changed(self) -> bool:
        """Whether other code made rows that are live."""
        return self.record is not None and self.record.fingerprint != self.fingerprint


def states(name: str | None = None, *, with_lag: bool = False) -> tuple[ProjectionState, ...]:
    """All hosted projections, or the one of this name.

    :raises LookupError: no hosted module has a projection of this name.
    :raises django.db.Error: a database cannot be reached.
    """
    found = list(projections(name))
    lags = sums(lag()) if with_lag else ()
    known = {module: (records(module), rebuilds(module)) for module in dict.fromkeys(module for module, _ in found)}
    return tuple(
        _state(
            module,
            projection,
            record=known[module][0].get(projection.name),
            under_way=known[module][1].get(projection.name),
            lags=tuple(each for each in lags if each.subscription == projection.name),
        )
        for module, projection in found
    )


def _state(
    module: str, projection: Projection, *, record: Record | None, under_way: Rebuild | None, lags: tuple[Lag, ...]
) -> ProjectionState:
    return ProjectionState(
        name=projection.name,
        module=module,
        version=projection.version,
        events=tuple(event.event_name for event in projection.events),
        tables=projection.filled,
        fingerprint=fingerprint(projection),
        record=record,
        rebuild=under_way,
        lag=lags,
    )
