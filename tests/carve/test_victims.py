"""SIGKILL for the monolith's or the service's web server at any statement of any step of a carve, under traffic.

Clients ask again what was not answered, a purchase with its key: in the end each has its order, once. Of the generated
walk a round runs here, which strikes in the middle of each step; ``SEAMLINE_WALK=all`` walks more of them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from seamline.testing import wait_until
from tests.carve.shop import CarvedShop
from tests.carve.shoppers import Seen, Shoppers
from tests.carve.tokens import assert_nothing_is_lost_or_doubled
from tests.deployables import project_copy, some_skus

STEPS = (
    (("carve", "start"), 115),
    (("carve", "cutover"), 36),
    (("carve", "rollback"), 38),
    (("carve", "cutover"), 36),
    (("carve", "finalise"), 34),
    (("fold",), 180),
)
"""Each step and about how many statements it makes."""
SHARES = [number / 10 for number in range(10)] if os.environ.get("SEAMLINE_WALK") == "all" else [0.5]
"""Where in each step the blow falls, as a share of its statements."""
PATIENCE = 60.0

pytestmark = pytest.mark.split_run


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CarvedShop]:
    with CarvedShop(root=project_copy(tmp_path_factory.mktemp("victims"))) as started:
        started.fill_shelves()
        yield started


@pytest.mark.parametrize("share", SHARES)
def test_web_servers_that_are_killed_at_any_step_cost_no_order(shop: CarvedShop, share: float) -> None:
    with Shoppers(port=shop.port, skus=some_skus(shop.address), clients=2, pause=0.2, patience=PATIENCE) as seen:
        for number, (step, length) in enumerate(STEPS):
            _shop_on(seen)
            monolith, service = shop.web_process, shop.service_process("orders")
            at = 1 + int(share * length)
            turn = number + int(share * 10)
            victims = (
                [monolith] if turn % 3 == 0 or not service else [service] if turn % 3 == 1 else [monolith, service]
            )
            done, made = _take(shop, step, at=at, victims=victims)
            assert made >= at, "the blow did not fall"
            _await_monolith(shop, old=monolith if monolith in victims else 0, during=step)
            if not done:
                _repair(shop, step)
        _shop_on(seen)
    assert seen.failures == []
    assert shop.carve("status")["carves"] == []
    assert_nothing_is_lost_or_doubled(shop, seen)


def _take(shop: CarvedShop, step: tuple[str, ...], *, at: int, victims: list[int]) -> tuple[bool, int]:
    """Whether the step was done, and how many statements it made."""
    count = shop.root / "statements"
    orders = json.dumps({"at": at, "victims": victims, "count": str(count)})
    options = ["--hub", shop.address] if step[-1] == "start" else ["--no-input"]
    process = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("striker.py")), orders, *step, "orders", *options],
        cwd=shop.root,
        env=shop.environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE * 2,
        check=False,
    )
    assert process.returncode == 0 or victims, process.stderr
    assert "Traceback" not in process.stderr, process.stderr
    return process.returncode == 0, int(count.read_text())


def _repair(shop: CarvedShop, step: tuple[str, ...]) -> None:
    """What an operator does: resume, where there is something to resume, and the step once more."""
    if shop.carve("status")["carves"]:
        shop.carve("resume", "orders")
        done, _ = _take(shop, step, at=0, victims=[])
        assert done


def _await_monolith(shop: CarvedShop, *, old: int, during: tuple[str, ...]) -> None:
    def is_back() -> bool:
        try:
            return shop.web_process != old and bool(some_skus(shop.address))
        except (OSError, AssertionError, ValueError):
            return False

    try:
        wait_until(is_back, seconds=PATIENCE, what=f"the monolith after {during}")
    except AssertionError:
        print(shop.said())
        raise


def _shop_on(seen: Seen) -> None:
    before = len(seen.orders)
    wait_until(lambda: len(seen.orders) >= before + 3 or bool(seen.failures), seconds=PATIENCE, what="more orders")
