"""What a courier's step did, for whoever decides when the next one is made. Plain values, and how one is ended."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one step did, and when the next makes sense."""

    handled: int = 0
    """Events that are dealt with: handled, put aside or queued behind an earlier one."""
    again: bool = False
    """More can be done at once."""
    held_back: bool = False
    """An open transaction that writes events keeps later ones from being read."""
    busy: bool = False
    """Another process or thread delivers for this subscription at the moment."""
    paused: bool = False
    retry_in: float | None = None
    """Seconds until the next attempt of a failed event, or until the shelf is looked at again."""


class GiveWay(Exception):
    """Ends the transaction without effects: the step is not ours to take."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step
