"""The path that is asked for at an instance: exactly the one that was routed here, or none. Pure functions."""

from __future__ import annotations

import re
from urllib.parse import quote

LONGEST = 8192
_SAFE = "/-._~!$&'()*+,;=:@"
_AMBIGUOUS = re.compile(
    r"//|/\.{1,2}(?:[/;]|$)|[\\\x00-\x1f\x7f]"
    r"|%(?:2[eEfF]|5[cC]|00)"  # what is left after decoding once was encoded twice
)
_QUERY = re.compile(r"[^!-~]|#")


class AmbiguousPath(ValueError):
    """Two servers could read the path or the query differently; the text says what to do."""


def target_of(*, path: str, query: str) -> str:
    """What to ask an instance for.

    :param path: decoded.
    :param query: as it stands in the URL.
    :raises AmbiguousPath: it is refused rather than repaired.
    """
    if _AMBIGUOUS.search(path):
        raise AmbiguousPath("Write the path without empty, dot or doubly encoded segments, backslashes and controls.")
    if _QUERY.search(query):
        raise AmbiguousPath("Percent-encode spaces, control characters and what is not ASCII in the query.")
    target = quote(path, safe=_SAFE) + (f"?{query}" if query else "")
    if len(target) > LONGEST:
        raise AmbiguousPath(f"Paths with their query have up to {LONGEST} characters here.")
    return target
