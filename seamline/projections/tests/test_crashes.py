"""A rebuild killed with SIGKILL where it hurts most: the next one goes on, and every row is there once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from seamline.data import connection_for
from seamline.events import drain
from seamline.events.tests.sample import LEDGER, sell
from seamline.projections import Step, Watching, compare, rebuild, rebuilds, swapping
from seamline.projections.tests import ledger
from seamline.projections.tests.ledger import NAME
from seamline.testing import wait_until

pytestmark = pytest.mark.usefixtures("books")


def _die(*arguments: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _with_rows_not_committed() -> None:
    calls = [3]

    def keep(deliveries: Any) -> None:
        calls[0] -= 1
        if calls[0] == 0:
            _die()

    ledger.behaviour["keep"] = keep


def _with_tables_not_yet_exchanged() -> None:
    swapping.exchange = _die


def _with_tables_exchanged_and_not_committed() -> None:
    exchange = swapping.exchange

    def exchange_and_die(*arguments: Any) -> None:
        exchange(*arguments)
        _die()

    swapping.exchange = exchange_and_die


def _with_the_swap_committed() -> None:
    def step(reached: Step) -> None:
        if reached is Step.DROPPING:
            _die()

    rebuild(NAME, watching=Watching(step=step))


@pytest.mark.parametrize(
    ("plant", "stands"),
    [
        (_with_rows_not_committed, Step.FILLING),
        (_with_tables_not_yet_exchanged, Step.SWAPPING),
        (_with_tables_exchanged_and_not_committed, Step.SWAPPING),
        (_with_the_swap_committed, Step.DROPPING),
    ],
)
def test_killed_rebuild_is_taken_up_by_the_next(plant: Callable[[], None], stands: Step) -> None:
    sell(*range(20))
    drain()
    assert _killed(plant)
    wait_until(lambda: not rebuilds(LEDGER)[NAME].is_running)
    assert rebuilds(LEDGER)[NAME].step is stands
    assert ledger.units() == list(range(20)), "readers see the same rows before and after"
    sell(20, 21)
    drain()
    outcome = rebuild(NAME)
    assert (outcome.resumed, outcome.swapped) == (True, True)
    drain()
    assert ledger.units() == list(range(22))
    assert compare(NAME).is_equal
    assert (ledger.schemas(), rebuilds(LEDGER)) == (set(), {})


def _killed(plant: Callable[[], None]) -> bool:
    """Rebuild in a fork of this process, on connections of its own, which the planted fault kills."""
    connection_for(LEDGER).close()
    child = os.fork()
    if child == 0:

        def work() -> None:
            plant()
            rebuild(NAME)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join(20)
        os._exit(3)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)
