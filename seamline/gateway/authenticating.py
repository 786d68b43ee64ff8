"""The seam to whoever knows callers: credentials go in, the signed internal identity or a refusal comes out.

``seamline.identity`` implements it. The door drops every ``Seamline-*`` header that comes from outside, sends the value
that it is given here as ``Seamline-Identity`` and knows nothing of what is in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

IDENTITY_HEADER = "Seamline-Identity"
CREDENTIAL_HEADERS = ("authorization", "cookie", "host", "origin", "referer", "x-csrftoken", "x-forwarded-proto")
"""The headers of a request that an authenticator is shown, by lower-case name; absent ones are left out. All behind
the second matter for requests that write with a session (CSRF); ``x-forwarded-proto`` is what the gateway believes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """The request may go on."""

    identity: str
    """Value of the header ``Seamline-Identity`` for the module; empty sends none.

    With one, ``Authorization``, ``Cookie`` and ``X-CSRFToken`` end at the door. Without one (pages, session paths, see
    ``seamline.identity.audience_of``) they go on, to the hub alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denied:
    """The request ends here, with a problem document."""

    status: int
    """401 or 403; 503 where it could not be found out."""
    code: str
    detail: str
    challenge: str = ""
    """Value of ``WWW-Authenticate``; empty sends none."""
    retry_after: int = 0
    """Seconds; 0 says nothing."""


Verdict = Admitted | Denied


class Authenticator(Protocol):
    """Who sends a request. Its methods are called in the event loop: they may not block it, and must not raise."""

    def remembered(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict | None:
        """The verdict if it takes no waiting: no credentials, a token checked here, or a cached answer; else None.

        This is the hot path: a few microseconds at most.
        """

    async def authenticate(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict:
        """The verdict, found out if need be. Bounded in time; failing to find out is ``Denied`` with 503."""

    async def close(self) -> None:
        """End connections; nothing is asked afterwards."""


class Anyone:
    """Lets everybody in, as nobody: modules check credentials themselves, as they do without a door."""

    def remembered(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict | None:
        """Always admitted."""
        return _NOBODY

    async def authenticate(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict:
        """Always admitted."""
        return _NOBODY

    async def close(self) -> None:
        """Nothing to end."""


_NOBODY = Admitted(identity="")
