"""Times, positions and spans as people write them on a command line."""

from __future__ import annotations

import argparse
import re
from datetime import UTC, datetime, timedelta
from typing import Literal

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def span(text: str) -> timedelta:
    """A span such as ``90d`` or ``12h``.

    :raises argparse.ArgumentTypeError: it is none.
    """
    match = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no span; give a number and s, m, h, d or w, such as 90d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def place(text: str) -> int | datetime:
    """A position of a log, or a time; one without a zone is UTC.

    :raises argparse.ArgumentTypeError: it is neither.
    """
    if re.fullmatch(r"[0-9]{1,18}", text):
        return int(text)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is neither a position, such as 1200, nor a time, such as 2026-01-31T12:00:00Z."
        ) from None
    return at if at.utcoffset() is not None else at.replace(tzinfo=UTC)


def start(text: str) -> Literal["beginning"] | int | datetime:
    """As ``place``, or the word ``beginning``.

    :raises argparse.ArgumentTypeError: it is none of them.
    """
    return "beginning" if text == "beginning" else place(text)
