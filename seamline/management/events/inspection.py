"""All about one parked event: its payload and meta from the publisher's log, its history, and what waits behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from django.db import Error

from seamline.events import ParkedEvent, ParkedStatus, parked
from seamline.events.feed import FeedUnavailable
from seamline.events.parked_event import stored_event
from seamline.management.events.output import Output

MOST_WAITING = 10
LONGEST_TEXT = 200
MOST_ITEMS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """``data`` and ``meta`` are decoded JSON with long values cut, None where the log is out of reach or forgot it."""

    event: ParkedEvent
    published_at: datetime | None
    schema_version: int | None
    data: Any
    meta: Any
    waiting: tuple[ParkedEvent, ...]
    """The next events of its key that wait for it, at most ``MOST_WAITING``."""


def facts(event: ParkedEvent) -> Facts:
    """Look everything up."""
    try:
        stored = stored_event(event)
    except (FeedUnavailable, Error):
        stored = None
    waiting = parked(
        subscription=event.subscription,
        publisher=event.publisher,
        key=event.key,
        statuses=(ParkedStatus.WAITING,),
        limit=MOST_WAITING,
    )
    return Facts(
        event=event,
        published_at=stored.at if stored else None,
        schema_version=stored.schema_version if stored else None,
        data=_cut(msgspec.json.decode(stored.data)) if stored else None,
        meta=_cut(msgspec.json.decode(stored.meta)) if stored else None,
        waiting=() if event.status in (ParkedStatus.WAITING, ParkedStatus.DISCARDED) else waiting,
    )


def show(found: Facts, output: Output, *, with_traceback: bool) -> None:
    """Print it for people."""
    event = found.event
    output.line(f"{event.name} {event.event_id}")
    rows = {
        "subscription": f"{event.subscription} <- {event.publisher}, position {event.position}",
        "key": event.key,
        "status": event.status.value + (f" after {event.attempts} attempts" if event.attempts else ""),
        "next attempt": _time(event.next_attempt_at) if event.status is ParkedStatus.RETRYING else "",
        "published": _time(found.published_at) or "unknown: its log is out of reach, or has it no more",
        "first failure": _time(event.first_failed_at),
        "last failure": _time(event.last_failed_at),
        "error": event.error,
        "last acted on": f"{_time(event.acted_at)} by {event.actor}" if event.actor else "",
        "reason": event.reason,
        "schema version": found.schema_version or "",
        "meta": _text(found.meta),
        "data": _text(found.data),
    }
    for title, value in rows.items():
        if value:
            output.line(f"  {title + ':':15} " + str(value).replace("\n", "\n" + " " * 18))
    if found.waiting:
        output.line(f"  waiting behind: {event.behind}")
        for each in found.waiting:
            output.line(f"    {each.position} {each.name} {each.event_id}")
        if event.behind > len(found.waiting):
            output.line(f"    {event.behind - len(found.waiting)} more")
    if with_traceback and event.traceback:
        output.line("  traceback:")
        output.line("    " + event.traceback.rstrip().replace("\n", "\n    "))


def _time(at: datetime | None) -> str:
    return at.isoformat(sep=" ", timespec="seconds") if at else ""


def _text(value: Any) -> str:
    return "" if value is None else msgspec.json.format(msgspec.json.encode(value)).decode()


def _cut(value: Any) -> Any:
    """The value with long texts, lists and objects cut, and a note of how much is missing."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return f"{value[:LONGEST_TEXT]}… ({len(value) - LONGEST_TEXT} more characters)"
    if isinstance(value, list):
        more = [f"… ({len(value) - MOST_ITEMS} more)"] if len(value) > MOST_ITEMS else []
        return [_cut(item) for item in value[:MOST_ITEMS]] + more
    if isinstance(value, dict):
        kept = {name: _cut(item) for name, item in list(value.items())[:MOST_ITEMS]}
        return kept | ({"…": f"{len(value) - MOST_ITEMS} more"} if len(value) > MOST_ITEMS else {})
    return value
