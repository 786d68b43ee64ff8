"""Composition endpoints: one request from outside, several parts from modules, whatever of them can be had in time."""

from seamline.gateway.composition.composer import Composed, Composer
from seamline.gateway.composition.declaration import Composition, Part, WrongComposition
from seamline.gateway.composition.fetching import Fetch, Fetched, FetchFailed, FetchTimedOut, FetchUnavailable

__all__ = [
    "Composed",
    "Composer",
    "Composition",
    "Fetch",
    "FetchFailed",
    "FetchTimedOut",
    "FetchUnavailable",
    "Fetched",
    "Part",
    "WrongComposition",
]
