"""Which answers may be kept, and for how long: the module's own word first, then the rules of the installation.

What belongs to somebody is never kept: an answer to a request with an identity is kept only where a rule or the module
says that it is the same for everybody. Pure functions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from seamline.gateway.handling import Headers

_SECONDS = re.compile(r"(?:^|[,\s])(s-maxage|max-age)\s*=\s*\"?(\d{1,9})", re.IGNORECASE)
NEVER_VARY = frozenset(("*", "cookie", "authorization", "seamline-identity"))
"""An answer that depends on these belongs to somebody."""
LONGEST = 86_400.0


class WrongRule(ValueError):
    """A rule cannot be used; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRule:
    """Answers below a path are the same for everybody for so many seconds, unless the module says otherwise.

    :raises WrongRule: the path is none, or the time is out of range.
    """

    prefix: str
    seconds: float

    def __post_init__(self) -> None:
        if not self.prefix.startswith("/") or not 0 < self.seconds <= LONGEST:
            raise WrongRule(
                f"The rule for {self.prefix!r} and {self.seconds!r} s: give a path and 1 to {LONGEST:g} seconds."
            )


def lifetime(*, path: str, has_identity: bool, headers: Headers, rules: Iterable[CacheRule]) -> float:
    """Seconds for which an answer with status 200 may be given to others; 0 where it may not.

    :param headers: of the answer.
    """
    said = ", ".join(value for name, value in headers if name == "cache-control").lower()
    if any(word in said for word in ("no-store", "private", "no-cache")):
        return 0.0
    if any(name == "set-cookie" for name, _ in headers) or varying(headers) & NEVER_VARY:
        return 0.0
    seconds = dict(_SECONDS.findall(said))
    told = seconds.get("s-maxage", seconds.get("max-age"))
    is_public = "public" in said or "s-maxage" in seconds
    if told is not None:
        return min(float(told), LONGEST) if is_public or not has_identity else 0.0
    return next((rule.seconds for rule in rules if path.startswith(rule.prefix)), 0.0)


def varying(headers: Headers) -> frozenset[str]:
    """The request's headers that the answer depends on, in small letters."""
    values = ",".join(value for name, value in headers if name == "vary")
    return frozenset(name.strip().lower() for name in values.split(",") if name.strip())


def knows(if_none_match: str, tag: str) -> bool:
    """Whether a client's ``If-None-Match`` names the tag, by weak comparison."""
    if if_none_match.strip() == "*":
        return True
    bare = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") == bare for each in if_none_match.split(","))


def header(headers: Headers, wanted: str) -> str:
    """The first header of this name, or nothing."""
    return next((value for name, value in headers if name == wanted), "")


def varied(names: Iterable[str], request: Mapping[str, str]) -> tuple[str, ...]:
    """What the request has of these headers, in the order of their names."""
    return tuple(request.get(name, "") for name in sorted(names))
