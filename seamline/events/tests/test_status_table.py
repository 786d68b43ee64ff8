"""The table that operators read: what stands out, how durations read, and that it refreshes until Ctrl-C."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console

from seamline.events import Lag
from seamline.management.events.table import duration, lag_table


def rendered(lag: Lag, *, by_partition: bool = False) -> list[str]:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(lag_table((lag,), by_partition=by_partition))
    return captured.get().splitlines()[1].split(maxsplit=11 if by_partition else 10)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0s"),
        (9.94, "9.9s"),
        (59.4, "59s"),
        (60, "1m00s"),
        (3_600, "1h00m"),
        (18_190, "5h03m"),
        (187_200, "2d04h"),
    ],
)
def test_durations_read_like_a_clock(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_quiet_subscription_shows_dots_alone() -> None:
    cells = rendered(Lag(subscription="a.b", publisher="c", position=7))
    assert cells[:2] == ["a.b", "c"]
    assert set(cells[2:]) == {"·"}


def test_estimates_retries_and_what_is_wrong_are_shown() -> None:
    lag = Lag(
        subscription="a.b",
        publisher="c",
        partition=3,
        partitions=8,
        position=7,
        events=1_234_567,
        estimated=True,
        seconds=75,
        rate=12.34,
        handled=10_000,
        parked=2,
        paused=True,
        failing_since=datetime.now(UTC) - timedelta(minutes=3),
        moved_at=datetime.now(UTC) - timedelta(hours=2),
        lease_owner="host:12:ab",
    )
    cells = rendered(lag, by_partition=True)
    assert cells[2:11] == ["3/8", "~1,234,567", "1m15s", "12.3", "10,000", "·", "·", "·", "2"]
    assert (
        cells[11].strip()
        == "paused: no reason kept, failing for 3m00s, catching up on host:12:ab, at 7, moved 2h00m ago"
    )


def test_log_out_of_reach_shows_no_number() -> None:
    cells = rendered(Lag(subscription="a.b", publisher="c", reachable=False, events=0))
    assert cells[2:4] == ["?", "?"]
    assert cells[10].strip() == "log out of reach, not started yet"


@pytest.mark.usefixtures("database")
def test_watch_refreshes_in_a_terminal_until_it_is_interrupted(project_root: Path) -> None:
    ours, theirs = pty.openpty()
    # A shell that runs the tests in the background has interrupts ignored, which a child would inherit.
    interrupts = signal.signal(signal.SIGINT, signal.default_int_handler)
    watching = subprocess.Popen(
        [sys.executable, "manage.py", "events", "status", "--watch", "0.1"],
        cwd=project_root,
        stdout=theirs,
        stderr=theirs,
        stdin=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "180"},
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, interrupts)
    os.close(theirs)
    try:
        seen = b""
        while seen.count(b"subscription") < 3:
            assert select.select([ours], [], [], 10)[0], seen
            seen += os.read(ours, 65536)
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=10) == 0
        assert b"Traceback" not in seen
    finally:
        watching.kill()
        watching.wait(timeout=10)
        os.close(ours)
