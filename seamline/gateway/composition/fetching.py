"""How a composition asks for a part: what whoever carries requests has to offer, and how that may fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """An answer: any status, with its body."""

    status: int
    body: bytes
    content_type: str = "application/json"


class FetchFailed(Exception):
    """There is no answer that can be used; the text is for operators."""


class FetchTimedOut(FetchFailed):
    """No answer came in time."""


class FetchUnavailable(FetchFailed):
    """Nobody could be asked: no instance, an open breaker, or too much under way."""

    def __init__(self, text: str, *, retry_after: float = 1.0) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Fetch(Protocol):
    """Asks a path of the installation, wherever its module lives, on behalf of whoever sent the request."""

    async def __call__(self, target: str, *, headers: Mapping[str, str], timeout: float, public: bool) -> Fetched:
        """GET the target.

        :param target: path and query.
        :param timeout: seconds.
        :param public: on nobody's behalf.
        :raises FetchFailed: there is no answer.
        """
