"""A process that tests start and kill: ``python -m seamline.externalise.tests.crashing ROLE``; the setting is in the
environment."""

from __future__ import annotations

import os
import sys
import time

from seamline.events.tests import sample
from seamline.events.tests.crashing import reached
from seamline.externalise.tests.receiving import URL, host


def main(role: str) -> None:
    sample.process_setup()
    from seamline.events import drain, start_dispatcher
    from seamline.events.checkpoint import Checkpoint

    host(os.environ[URL])
    if role == "confirmed":
        # Between the broker's confirm and the commit.
        Checkpoint.move = lambda self, **moved: reached("confirmed")  # type: ignore[method-assign]
        drain()
    if role == "send":
        start_dispatcher()
        reached("send")
    if role == "send at once":
        from seamline.externalise import outlet

        # Small batches, so that a kill falls into the middle of many.
        outlet.BATCH = 5
        host(os.environ[URL])
        start_dispatcher()
        sys.stdout.write("send at once\n")
        sys.stdout.flush()
        time.sleep(60)


if __name__ == "__main__":
    main(sys.argv[1])
