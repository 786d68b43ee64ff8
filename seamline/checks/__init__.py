"""All system checks of the framework; importing this package registers them. Each id is explained in docs/checks.md."""

from seamline.checks import (
    boundaries,
    bus,
    contracts,
    control,
    databases,
    externalise,
    feeds,
    gateway,
    history,
    identity,
    projections,
    sagas,
    schemas,
    split,
    versions,
)

__all__ = [
    "boundaries",
    "bus",
    "contracts",
    "control",
    "databases",
    "externalise",
    "feeds",
    "gateway",
    "history",
    "identity",
    "projections",
    "sagas",
    "schemas",
    "split",
    "versions",
]
