"""Archiving and replays that are killed with SIGKILL at each step: nothing is lost, doubled or out of order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from seamline.events import drain
from seamline.events.tests import sample
from seamline.events.tests.processes import await_line, kill, process
from seamline.events.tests.sample import LEDGER, SHOP, effects, sell, subscription
from seamline.history import AlreadyArchiving, ArchiveResult, ReplayStatus, archive, archived_ranges, request_replay
from seamline.history.replaying import run_replay
from seamline.history.tests.test_archiving import logged, read_all
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("archive_files")

PROGRAM = "seamline.history.tests.crashing"


def archive_again() -> ArchiveResult | None:
    try:
        return archive(SHOP, keep=timedelta(0), events_of_file=8)
    except AlreadyArchiving:
        return None  # the server has not noticed yet that the other process is gone


@pytest.mark.parametrize(
    ("point", "recorded", "deleted"),
    [
        ("written in part", 0, 0),
        ("written", 0, 0),
        ("verified", 0, 0),
        ("recorded", 1, 0),
        ("deleted in part", 1, 6),
    ],
)
def test_archiving_that_is_killed_goes_on_in_the_next_run(
    archive_files: Path, point: str, recorded: int, deleted: int
) -> None:
    sample.host(subscription())
    sell(*range(20))
    positions = logged()
    drain()
    with process(point, program=PROGRAM) as archiving:
        await_line(archiving, point)
        kill(archiving)
    assert (len(archived_ranges(SHOP)), len(logged())) == (recorded, 20 - deleted)
    assert read_all() == positions
    result = wait_until(archive_again, what="the archive to be free")
    assert result is not None
    assert (result.deleted, logged()) == (20 - deleted, [])
    assert read_all() == positions
    files = {path.relative_to(archive_files).as_posix() for path in archive_files.rglob("*.gz*")}
    assert files == {each.file for each in archived_ranges(SHOP)}


@pytest.mark.parametrize(("point", "handled"), [("handled", 0), ("moved", 0), ("committed", 4)])
def test_replay_that_is_killed_goes_on_exactly_where_it_was(point: str, handled: int) -> None:
    sample.host(subscription())
    sell(*range(10))
    drain()
    asked = request_replay(f"{LEDGER}.book", start="beginning")
    with process(f"replay {point}", program=PROGRAM) as replaying:
        await_line(replaying, point)
        kill(replaying)
    assert len(effects()) == 10 + handled
    done = wait_until(
        lambda: (done := run_replay(asked.id)).status is ReplayStatus.COMPLETED and done,
        what="the server to notice that the other process is gone",
    )
    assert done
    assert (done.handled, effects()) == (10, [*range(10), *range(10)])
