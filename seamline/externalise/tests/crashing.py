"""A process that tests start and kill: ``python -m seamline.externalise.tests.crashing ROLE``.

The setting is in the environment.
"""

from __future__ import annotations

import os
import sys

from seamline.events.tests import sample
from seamline.events.tests.crashing import reached
from seamline.externalise.tests.receiving import URL, host


def main(role: str) -> None:
    sample.process_setup()
    from seamline.events import drain, start_dispatcher
    from seamline.events.checkpoint import Checkpoint
    from seamline.externalise import outlet

    if role == "confirmed":
        # Between the broker's confirm and the commit.
        Checkpoint.move = lambda self, **moved: reached("confirmed")  # type: ignore[method-assign]
    if role == "send":
        outlet.BATCH = 3  # many commits, so that a kill falls between and into them
    host(os.environ[URL])
    if role == "confirmed":
        drain()
    start_dispatcher()
    reached("send")


if __name__ == "__main__":
    main(sys.argv[1])
