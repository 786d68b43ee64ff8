"""A process that tests start and kill: ``python -m seamline.history.tests.crashing ROLE``; prints what it reached."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from seamline.events.tests import sample
from seamline.events.tests.crashing import reached

EVENTS_OF_FILE = 8


def archive_until(role: str) -> None:
    """Archive, and stop at the place that the role names."""
    from seamline.history import archiving
    from seamline.history.archive_file import ArchivedEvent

    of_row, delete, atomic = ArchivedEvent.of_row, archiving._Run._delete, archiving.atomic
    calls = count(1)

    def row(columns: Sequence[Any]) -> ArchivedEvent:
        if next(calls) > EVENTS_OF_FILE // 2:
            reached(role)
        return of_row(columns)

    def deleting(self: archiving._Run, *, until: int) -> int:
        if until:
            reached(role)
        return delete(self, until=until)

    def one_batch(module: str) -> Any:
        if next(calls) > 2:
            reached(role)
        return atomic(module)

    if role == "written in part":
        ArchivedEvent.of_row = row  # type: ignore[method-assign, assignment]
    if role == "written":
        archiving.check_archive = lambda path, **written: reached(role)
    if role == "verified":
        archiving.record = lambda module, archived: reached(role)
    if role == "recorded":
        archiving._Run._delete = deleting  # type: ignore[method-assign]
    if role == "deleted in part":
        archiving.DELETED_AT_ONCE = 3
        archiving.atomic = one_batch  # type: ignore[assignment]
    archiving.archive(sample.SHOP, keep=timedelta(0), events_of_file=EVENTS_OF_FILE)


def replay_until(role: str) -> None:
    """Run the only replay there is, and stop at the place that the role names."""
    from seamline.history import replaying, replays

    move = replaying.move

    def moved(*arguments: Any, **options: Any) -> None:
        move(*arguments, **options)
        reached(role)

    if role == "handled":
        replaying.move = lambda *arguments, **options: reached(role)
    if role == "moved":
        replaying.move = moved
    replaying.BATCH = 4
    replaying.run_replay(replays()[0].id, progress=lambda handled: reached(role))


def main(role: str) -> None:
    sample.process_setup()
    sample.host(sample.subscription())
    if role.startswith("replay "):
        replay_until(role.removeprefix("replay "))
    else:
        archive_until(role)


if __name__ == "__main__":
    main(sys.argv[1])
