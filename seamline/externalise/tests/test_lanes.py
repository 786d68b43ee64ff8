"""A broker that hangs holds up nothing but what leaves to it."""

from __future__ import annotations

import socket
import time

import pytest

from seamline.events import Delivery, Subscription, start_dispatcher, stop_dispatcher
from seamline.events.lanes import Lanes
from seamline.events.tests import sample
from seamline.events.tests.sample import Sold, sell
from seamline.externalise import redis_streams
from seamline.modules import Module, hosted_modules, registry
from seamline.testing import wait_until

noted: list[int] = []


def note(event: Sold, delivery: Delivery[Sold]) -> None:
    noted.append(event.number)


@pytest.mark.usefixtures("shop")
def test_broker_that_never_answers_delays_no_subscription_of_the_publisher(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noted.clear()
    monkeypatch.setattr(redis_streams, "CONFIRM_TIMEOUT", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0?start=beginning"
        monkeypatch.setattr("django.conf.settings.SEAMLINE_EXTERNALISE", f"{sample.SHOP}={url},{sample.SHOP}={url}#b")
        registry._HOSTED.clear()
        own = Subscription(name=f"{sample.SHOP}.note", events=(Sold,), handler=f"{__name__}:note")
        registry.register(Module(name=sample.SHOP, owner="tests", contract=sample.Shop, subscriptions=(own,)))
        assert [[each.name for each in lane.module.subscriptions] for lane in Lanes(hosted_modules())] == [
            ["sample_shop.note"], ["sample_shop.externalise_redis"], ["sample_shop.externalise_b"]
        ]  # fmt: skip
        start_dispatcher()
        try:
            sell(0)
            silent.accept()  # a sender is at it now
            began = time.monotonic()
            sell(*range(1, 20))
            wait_until(lambda: len(noted) == 20, what="the publisher's own subscription")
            assert time.monotonic() - began < 1.5
        finally:
            stop_dispatcher()
