"""Whose events have a corpus: contracts, and modules with events of their own that no contract declares."""

from __future__ import annotations

from dataclasses import dataclass

from seamline.contract import Contract, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEvents:
    """The events of a module's aggregates that its contract does not declare: only the module itself reads them."""

    module: str
    events: tuple[type[Event], ...]
    version: str = "inner"


Publisher = type[Contract] | StreamEvents
