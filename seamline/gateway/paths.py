"""Which request targets are let in: those that every server behind the gateway reads alike. Pure functions.

Nothing is repaired: a path that would have to be normalised first is refused, since routing on one reading and serving
another is how requests get past a rule.
"""

from __future__ import annotations

import re

from seamline.gateway.problems import Problem, bad_path

LONGEST = 8192
_AMBIGUOUS = re.compile(
    rb"//"  # an empty segment
    rb"|/\.{1,2}(?:[/;]|$)"  # a dot segment, also with a parameter behind it
    rb"|\\"  # a slash to some
    rb"|%(?:2[eEfF]|5[cC]|[01][0-9a-fA-F]|7[fF])"  # an encoded dot, slash, backslash or control character
    rb"|%25(?:2[eEfF]|5[cC]|00)"  # the same encoded twice
    rb"|%(?![0-9a-fA-F]{2})"  # an encoding that is none
    rb"|[\x00-\x20\x7f-\xff#]"
)
_QUERY = re.compile(rb"[\x00-\x20\x7f-\xff#]")


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """Path and query of a request target in origin form, both as they came.

    :raises Problem: 414 for one that is too long, 400 for one that could be read in two ways.
    """
    if len(target) > LONGEST:
        raise Problem(414, "target_too_long", f"Paths with their query have up to {LONGEST} bytes here.", close=True)
    path, _, query = target.partition(b"?")
    if path[:1] != b"/" or _AMBIGUOUS.search(path):
        raise bad_path(
            "Write the path without empty, dot or doubly encoded segments, backslashes and control characters."
        )
    if query and _QUERY.search(query):
        raise bad_path("Percent-encode spaces, control characters and what is not ASCII in the query.")
    return path, query


def origin_form(target: bytes, host: bytes) -> bytes:
    """The target as origin form; an absolute one (``http://host/path``) must name the very host of the request.

    :raises Problem: 400 where it names another host, or is of a form that only proxies take.
    """
    for scheme in (b"http://", b"https://"):
        if target[: len(scheme)].lower() == scheme:
            authority, slash, rest = target[len(scheme) :].partition(b"/")
            authority, mark, query = authority.partition(b"?")
            if authority.lower() != host.lower():
                raise Problem(400, "ambiguous_host", "The target names another host than the header does.", close=True)
            return b"/" + (rest if slash else (mark + query))
    raise bad_path("Give the target as a path that begins with a slash.")
