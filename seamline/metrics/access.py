"""Who may scrape: whoever shows the token; without a token nobody but this machine, and only while ``DEBUG`` is on.

A proxy on this machine makes everybody look local, hence the second condition: in production there is a token.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def refusal(request: HttpRequest) -> str:
    """Why this request is refused, and what to do; empty where it is allowed."""
    token = settings.SEAMLINE_METRICS_TOKEN
    if token:
        kind, _, shown = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode()):
            return ""
        return "Send the token: Authorization: Bearer <the value of SEAMLINE_METRICS_TOKEN>."
    if settings.DEBUG and _is_local(request):
        return ""
    return "Metrics are served to scrapers that show a token: set SEAMLINE_METRICS_TOKEN."


def _is_local(request: HttpRequest) -> bool:
    if any(header in request.headers for header in _FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
