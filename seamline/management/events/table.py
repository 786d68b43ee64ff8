"""The table of subscriptions that people read: one line each, what is wrong in colour, nothing where all is well."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from rich.table import Table
from rich.text import Text

from seamline.events import Lag

_COLUMNS = ("behind", "oldest", "rate/s", "handled", "failures", "retrying", "waiting", "parked")
SLOW = 60.0
"""Seconds behind from which a line is marked."""


def lag_table(lags: Sequence[Lag], *, by_partition: bool = False) -> Table:
    """One line for each; numbers that are 0 show as a dot, so that the others stand out."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("subscription", no_wrap=True)
    table.add_column("publisher", no_wrap=True)
    if by_partition:
        table.add_column("part", justify="right", no_wrap=True)
    for title in _COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("state", overflow="fold")
    for lag in lags:
        place = [f"{lag.partition if lag.partition is not None else '-'}/{lag.partitions}"] if by_partition else []
        table.add_row(lag.subscription, lag.publisher, *place, *_numbers(lag), _state(lag, with_owner=by_partition))
    return table


def duration(seconds: float) -> str:
    """For people: ``0.4s``, ``12s``, ``3m20s``, ``5h03m``, ``2d04h``."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return f"{days}d{hours_left:02}h"
    if hours:
        return f"{hours}h{minutes_left:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


def _numbers(lag: Lag) -> list[Text]:
    slow = "yellow" if lag.seconds >= SLOW else ""
    if lag.reachable:
        behind = Text(f"{'~' if lag.estimated else ''}{lag.events:,}" if lag.events or lag.estimated else "·", slow)
        oldest = Text(duration(lag.seconds) if lag.seconds else "·", slow)
    else:
        behind = oldest = Text("?")
    return [
        behind,
        oldest,
        Text(f"{lag.rate:.1f}" if lag.rate >= 0.05 else "·"),
        _count(lag.handled),
        _count(lag.failures),
        _count(lag.retrying, style="yellow"),
        _count(lag.waiting, style="yellow"),
        _count(lag.parked, style="bold red"),
    ]


def _count(number: int, *, style: str = "") -> Text:
    return Text(f"{number:,}", style) if number else Text("·")


def _state(lag: Lag, *, with_owner: bool) -> Text:
    words = [f"paused: {lag.pause_reason or 'no reason kept'}"] if lag.paused else []
    words += [] if lag.reachable else ["log out of reach"]
    if lag.position is None:
        words.append("not started yet")
    if lag.failing_since is not None:
        words.append(f"failing for {_since(lag.failing_since)}")
    if lag.lease_owner is not None:
        words.append(f"catching up on {lag.lease_owner}" if with_owner else "catching up")
    if with_owner and lag.position is not None and lag.moved_at is not None:
        words.append(f"at {lag.position}, moved {_since(lag.moved_at)} ago")
    return Text(", ".join(words))


def _since(at: datetime) -> str:
    return duration(max(0.0, (datetime.now(UTC) - at).total_seconds()))
