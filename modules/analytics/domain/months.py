"""Calendar months as values that can be counted and compared. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A month of the shop's calendar."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Month:
        """A month written as ``2011-03``.

        :raises ValueError: it is written otherwise.
        """
        try:
            return cls.of(date.fromisoformat(f"{text}-01"))
        except ValueError:
            raise ValueError(f"{text!r} is no month: write it as 2011-03.") from None

    def plus(self, months: int) -> Month:
        """The month so many later; earlier if negative."""
        total = self.year * 12 + self.month - 1 + months
        return Month(total // 12, total % 12 + 1)

    def since(self, earlier: Month) -> int:
        """Months from the earlier one to this."""
        return (self.year - earlier.year) * 12 + self.month - earlier.month

    @property
    def name(self) -> str:
        """Such as ``March 2011``."""
        return f"{date(self.year, self.month, 1):%B %Y}"

    @property
    def short(self) -> str:
        """Such as ``Mar``."""
        return f"{date(self.year, self.month, 1):%b}"

    def __str__(self) -> str:
        return f"{self.year:04}-{self.month:02}"
