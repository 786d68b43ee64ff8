"""A process that tests start and kill: ``python -m seamline.events.tests.crashing ROLE``; prints what it reached."""

from __future__ import annotations

import sys
import time
from typing import Any, NoReturn

from seamline.events.tests import sample


def reached(point: str) -> NoReturn:
    """Say so, and wait for the SIGKILL."""
    sys.stdout.write(f"{point}\n")
    sys.stdout.flush()
    while True:
        time.sleep(60)


def main(role: str) -> None:
    sample.process_setup()
    from seamline.data import atomic
    from seamline.events import drain, publish, start_dispatcher
    from seamline.events.checkpoint import Checkpoint

    sample.host(sample.subscription())
    if role == "committed":
        sample.sell(1, 2, 3)
        reached("committed")
    if role == "uncommitted":
        with atomic(sample.SHOP):
            publish(sample.Sold(item="pear", number=99))
            reached("uncommitted")
    if role == "handled":
        # Between the handler's effects and the move of the checkpoint.
        Checkpoint.move = lambda self, **moved: reached("handled")  # type: ignore[method-assign]
        drain()
    if role == "moved":
        # Between the move of the checkpoint and the commit of both.
        move = Checkpoint.move

        def moved(self: Checkpoint, **to: Any) -> None:
            move(self, **to)
            reached("moved")

        Checkpoint.move = moved  # type: ignore[method-assign]
        drain()
    if role == "dispatch":
        start_dispatcher()
        reached("dispatch")
    if role == "publish":
        start_dispatcher()
        for line in sys.stdin:
            sample.sell(int(line))
        sys.stdout.write("published\n")
        sys.stdout.flush()
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
