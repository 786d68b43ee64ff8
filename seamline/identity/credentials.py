"""What of a request says who sends it, read from its headers; other cookies are nobody's business. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.conf import settings
from django.http.cookie import parse_cookie

from seamline.identity.wire import Shown

READS = frozenset(("GET", "HEAD", "OPTIONS", "TRACE"))
_BEARER = "bearer "
_PLAIN = re.compile(r"[!#-+\--:<-\[\]-~]{1,4096}")
"""What a cookie's value may be without quotes. Our own are; what is not could be read as two cookies."""


def shown_by(headers: Mapping[str, str], method: str) -> Shown | None:
    """What the hub is told; None where nothing is shown that it could know.

    :param headers: by lower-case name.
    """
    authorization = headers.get("authorization", "")
    if authorization[: len(_BEARER)].lower() != _BEARER:
        authorization = ""
    cookies = _kept(headers.get("cookie", ""))
    if not authorization and not cookies:
        return None
    if method in READS or not cookies:
        return Shown(method=method, cookies=cookies, authorization=authorization)
    return Shown(
        method=method,
        cookies=cookies,
        authorization=authorization,
        host=headers.get("host", ""),
        scheme=headers.get("x-forwarded-proto", "http"),
        origin=headers.get("origin", ""),
        referer=headers.get("referer", ""),
        csrf_token=headers.get("x-csrftoken", ""),
    )


def session_of(shown: Shown) -> str:
    """The session's key, or nothing."""
    return parse_cookie(shown.cookies).get(settings.SESSION_COOKIE_NAME, "") if shown.cookies else ""


def bearer_of(shown: Shown) -> str:
    """The token, or nothing."""
    return shown.authorization[len(_BEARER) :].strip()


def _kept(header: str) -> str:
    """The session's cookie and the CSRF check's, where there is a session."""
    if settings.SESSION_COOKIE_NAME not in header:
        return ""
    jar = parse_cookie(header)
    if settings.SESSION_COOKIE_NAME not in jar:
        return ""
    names = (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)
    return "; ".join(f"{name}={jar[name]}" for name in names if _PLAIN.fullmatch(jar.get(name, "")))
