"""The two tasks: ``deliver`` looks at one partition, ``sweep`` at all of a module. Their arguments are not trusted.

Whoever can write to the broker can make workers look at their logs, and nothing else. This file may not deliver.
"""

from __future__ import annotations

import logging

from seamline.bus.application import DELIVER, SWEEP, application
from seamline.bus.delivering import deliver_partition, sweep_module
from seamline.bus.side_jobs import side_jobs
from seamline.events.partition import MOST_PARTITIONS

LONGEST_NAME = 200

logger = logging.getLogger(__name__)


def deliver(subscription: object, publisher: object, partition: object) -> None:
    """Deliver for one partition now. Does nothing where somebody else does."""
    if _is_name(subscription) and _is_name(publisher) and type(partition) is int and 0 <= partition < MOST_PARTITIONS:
        deliver_partition(subscription=str(subscription), publisher=str(publisher), partition=partition)
    else:
        logger.warning("A wake-up has arguments that are none: nothing was done")


def sweep(module: object) -> None:
    """Deliver what no wake-up told of, retry what is due, start jobs that are due."""
    if _is_name(module):
        sweep_module(str(module))
        side_jobs.start_due(str(module))
    else:
        logger.warning("A sweep has an argument that is none: nothing was done")


def _is_name(value: object) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_NAME


application().task(name=DELIVER)(deliver)
application().task(name=SWEEP)(sweep)
