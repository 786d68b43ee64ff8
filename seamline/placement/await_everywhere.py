"""Use case: wait until every live process of the hub has a placement in force."""

from __future__ import annotations

import time

from seamline.control.table import django_execute
from seamline.placement import record
from seamline.placement.place_service import ensure_hosted

FIRST_PAUSE, LONGEST_PAUSE = 0.01, 0.1


class NotEverywhere(TimeoutError):
    """Processes that live have not said in time that they have a placement in force; ``processes`` names them."""

    def __init__(self, *, module: str, epoch: int, seconds: float, processes: tuple[str, ...]) -> None:
        super().__init__(
            f"After {seconds:g} s {len(processes)} processes have not the placement of {module} (epoch {epoch}) in "
            f"force: {', '.join(processes)}. Ask again; one that has died counts for 6 s more."
        )
        self.processes = processes


def await_everywhere(module: str, *, epoch: int, timeout: float) -> int:
    """Return when every live process of the hub has the module's placement of that epoch, or a later one, in force.

    Processes that have died without saying so count until their last sign of life is 6 s old.

    :param timeout: seconds.
    :returns: how many processes there are.
    :raises NotEverywhere: some have not in time.
    :raises LookupError: this deployable is not the hub, or does not host the module.
    :raises BoardAway: the database is out of reach.
    """
    ensure_hosted(module)
    end, pause = time.monotonic() + timeout, FIRST_PAUSE
    while True:
        with django_execute() as execute:
            found = record.followers(execute)
        behind = tuple(each.process for each in found if each.epoch < epoch)
        if not behind:
            return len(found)
        if time.monotonic() >= end:
            raise NotEverywhere(module=module, epoch=epoch, seconds=timeout, processes=behind)
        time.sleep(min(pause, max(0.0, end - time.monotonic())))
        pause = min(pause * 2, LONGEST_PAUSE)
