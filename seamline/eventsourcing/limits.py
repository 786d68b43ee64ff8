"""Up to where history is read: a version, a time, or all of it."""

from __future__ import annotations

from datetime import UTC, datetime

LATEST = 2**31 - 1
AT_ANY_TIME = datetime.max.replace(tzinfo=UTC)


def limits(as_of: datetime | int | None) -> tuple[int, datetime]:
    """The last version and the last moment that count.

    :raises ValueError: the time is naive, or the version below 1.
    """
    if as_of is None:
        return LATEST, AT_ANY_TIME
    if isinstance(as_of, int):
        if as_of < 1:
            raise ValueError(f"as_of={as_of} is no version: the first event makes version 1.")
        return as_of, AT_ANY_TIME
    if as_of.tzinfo is None:
        raise ValueError(f"as_of={as_of.isoformat()} has no time zone: give an aware datetime.")
    return LATEST, as_of


def parsed(text: str) -> datetime | int:
    """What a person wrote: a version such as ``3``, or a time such as ``2026-11-23T20:00:00Z``.

    :raises ValueError: it is neither, or a time without its zone.
    """
    if text.isdecimal():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(
            f"{text!r} is neither a version, such as 3, nor a time, such as 2026-11-23T20:00:00Z."
        ) from error
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write {text}Z for UTC.")
    return moment
