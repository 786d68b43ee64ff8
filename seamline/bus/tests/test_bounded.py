"""What travels with a Celery task of one's own over a real broker: request, trace and the sender's deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from seamline.bus.application import queue_name
from seamline.bus.tests import hosting
from seamline.calls import acting_as, deadline_in
from seamline.events.tests import sample
from seamline.testing import wait_until
from seamline.testing.brokers import Broker

Start = Callable[..., Any]


def test_deadline_reaches_the_task_and_its_statements_and_late_ones_are_not_begun(broker: Broker, role: Start) -> None:
    note, linger = hosting.tasks()
    queue = queue_name(sample.LEDGER)
    with acting_as("operator:ada", correlation_id="request-9"), deadline_in(0.3):
        note.apply_async(args=[1], queue=queue)  # nobody takes it in time
    time.sleep(0.4)
    with role("worker", SAMPLE_CONCURRENCY="1"):
        with acting_as("operator:ada", correlation_id="request-9"):
            note.apply_async(args=[2], queue=queue)
            with deadline_in(20):
                note.apply_async(args=[3], queue=queue)
            started = time.monotonic()
            with deadline_in(1.5):
                linger.apply_async(args=[4], queue=queue)
        wait_until(lambda: sample.effects("cut off") == [4], seconds=15)
        assert time.monotonic() - started < 10
    without, within = sample.effects("left")
    assert without == -1
    assert 100 < within <= 200
    assert sample.metas("left") == ["request-9", "request-9"]
