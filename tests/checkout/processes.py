"""A process that buys and is killed with SIGKILL at a place that the test chooses.

It is forked, so that it starts at once; it works in a thread of its own and so on connections of its own.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NoReturn

from seamline.sagas import progress

_fork = multiprocessing.get_context("fork")


def killed_at(
    point: str, work: Callable[[], object], *, patch: Callable[[Callable[[], None]], None] | None = None
) -> bool:
    """Do the work in another process, which is killed when it reaches the checkpoint; whether it did.

    :param patch: for places outside of sagas: puts the function that it is given there.
    """
    receiving, sending = _fork.Pipe(duplex=False)
    process = _fork.Process(target=_child, args=(sending, point, work, patch))
    process.start()
    sending.close()
    try:
        assert receiving.poll(20), f"The process neither reached {point!r} nor ended."
        reached = receiving.recv()
    finally:
        process.kill()
        process.join()
    return bool(reached)


def _child(
    sending: Connection, point: str, work: Callable[[], object], patch: Callable[[Callable[[], None]], None] | None
) -> None:
    def reached() -> NoReturn:
        sending.send(True)
        while True:
            time.sleep(60)

    def run() -> None:
        try:
            work()
        finally:
            sending.send(False)

    if patch is not None:
        patch(reached)
    progress._checkpoint = lambda name: reached() if name == point else None
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
