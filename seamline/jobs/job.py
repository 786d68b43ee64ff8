"""What a module says about work that it repeats. Plain values; this file may not run anything."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST_DELAY = 600.0
"""Seconds between two failing runs at most, unless the job itself is rarer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Work that a module repeats, such as releasing what has expired.

    >>> Job(name="inventory.expire_holds", run="modules.inventory.application.expire_holds:expire_holds", every=10)

    The function takes no arguments, opens its own transactions, and may call other modules outside of them. It must
    stand being cut off at any point and run again.
    """

    name: str
    """``<module>.<what it does>``; stable, because its schedule is kept under it."""
    run: str
    """Path of the function, ``package.file:function``."""
    every: float
    """Seconds from the end of one run to the begin of the next, in all processes together."""

    def __post_init__(self) -> None:
        if not self.name.partition(".")[2]:
            raise ValueError(f'The job {self.name!r} needs a name like "<module>.<what it does>".')
        if not self.every > 0:
            raise ValueError(f"The job {self.name!r} has every={self.every!r}; give a number of seconds above zero.")

    def delay_after(self, *, failures: int) -> float:
        """Seconds until the next run after so many failures in a row: doubles with each."""
        return min(self.every * 2.0 ** min(failures, 20), max(self.every, LONGEST_DELAY))
