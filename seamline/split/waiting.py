"""Waiting until modules that live elsewhere answer, for what needs them all: the first loading of data.

Asks for health, not by calls, so that no breaker opens while others still start.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

import urllib3
from urllib3.exceptions import HTTPError

from seamline.discovery import NoInstance, balancer_for

POLL = 0.2
ANSWER_SECONDS = 5.0


class ModulesAway(Exception):
    """Modules do not answer; the text says which, and what is known of them."""


def await_modules(names: Iterable[str], *, seconds: float) -> None:
    """Return when an instance of each module answers that it can serve.

    :raises ModulesAway: not all do in time.
    """
    deadline = time.monotonic() + seconds
    waiting = dict.fromkeys(names, "")
    while waiting := {name: reason for name in waiting if (reason := _reason(name))}:
        if time.monotonic() > deadline:
            reasons = "; ".join(f"{name}: {reason}" for name, reason in waiting.items())
            raise ModulesAway(f"Modules do not answer after {seconds:g} s: {reasons}. Start them, then try again.")
        time.sleep(POLL)


def _reason(name: str) -> str:
    """Why the module cannot be used yet; empty where it can."""
    try:
        url = balancer_for(name).pick().url
        answer = urllib3.request("GET", f"{url}/health/ready", retries=False, timeout=ANSWER_SECONDS)
    except NoInstance as error:
        return str(error)
    except HTTPError as error:
        return f"{url} does not answer ({type(error).__name__})"
    return "" if answer.status == 200 else f"{url} is not ready (status {answer.status})"
