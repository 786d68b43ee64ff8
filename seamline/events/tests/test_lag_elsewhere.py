"""The state of a subscription whose publisher is another deployable: told while that answers, else unknown."""

from __future__ import annotations

import time

from seamline.events import lag, logs, sums
from seamline.events.tests import sample
from seamline.events.tests.feed_server import feed_server
from seamline.events.tests.test_feed_processes import Writer, host, port  # noqa: F401 - a fixture


def test_lag_is_counted_at_the_publisher_and_unknown_while_it_is_away(
    port: int,  # noqa: F811
    admin_url: str,
) -> None:
    host(sample.subscription(partitions=4))
    writer = Writer(admin_url)
    with writer.connection:
        for number in range(3):
            writer.write("pear", number)
        writer.commit()
    began = time.monotonic()
    (away,) = sums(lag())
    assert (away.reachable, away.events, away.position) == (False, 0, None)
    assert time.monotonic() - began < 5
    assert sample.SHOP not in {log.publisher for log in logs()}
    with feed_server(port):
        (there,) = sums(lag())
    assert (there.reachable, there.events, there.estimated) == (True, 3, False)
    assert there.seconds > 0
