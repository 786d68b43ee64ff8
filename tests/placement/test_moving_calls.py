"""Calls of a module are moved to a service and back under load, and the service is killed: nobody notices."""

from __future__ import annotations

import signal
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.inventory import Inventory
from contracts.kernel import Sku
from seamline.calls import use
from seamline.discovery import Balancer, NoInstance, directory
from seamline.discovery.table import TableRegistry
from seamline.placement.values import Serves
from seamline.testing.split import rows
from seamline.testing.waiting import wait_until
from tests.deployables import ask
from tests.placement.hub import Counted, Load, Service, counted, hub, place

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.together("inventory", reason="the session stands by for it"),
]
FLIPS = 20
PATIENCE = 20.0
"""Seconds of each call: the machine is busy."""


@pytest.fixture
def address(database: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[str]:
    monkeypatch.setattr(settings, "SEAMLINE_CONTROL", True)
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    with hub() as here:
        yield here


@pytest.fixture
def here() -> Iterator[Counted]:
    with counted(Inventory) as counting:
        yield counting


def working(address: str) -> Callable[[int], None]:
    """What each caller does: a command, a query, and a request of an operator with a key; each adds one."""
    user = User.objects.create_user("olivia", password="long enough", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_stockitem"))
    client = Client()
    client.force_login(user)
    token = "c" * 32
    session = {
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={client.session.session_key}; {settings.CSRF_COOKIE_NAME}={token}",
        "X-CSRFToken": token,
    }

    def add_two(index: int) -> None:
        sku = Sku(f"SKU{index}")
        use(Inventory, timeout=PATIENCE).adjust(sku=sku, change=1, reason="load")
        assert use(Inventory, timeout=PATIENCE).availability(skus=(sku,))
        key = {"Idempotency-Key": uuid.uuid4().hex}
        level = ask(address, "inventory/adjustments/", {"sku": sku, "change": 1, "reason": "load"}, **session, **key)
        assert level["sku"] == sku

    return add_two


def answered_elsewhere(load: Load, here: Counted) -> bool:
    before = here.calls
    load.more(20)
    return here.calls == before


def on_hand() -> int:
    return int(rows("inventory", "SELECT coalesce(sum(on_hand), 0) FROM stock_item")[0][0])


def hub_lists() -> tuple[bool, bool]:
    """Whether the hub is listed as serving inventory, and as standing by for it."""
    listed = [each for each in TableRegistry().read().instances if "catalog" in each.modules]
    return any("inventory" in each.modules for each in listed), any("inventory" in each.standby for each in listed)


def leads_to(balancer: Balancer, address: str) -> bool:
    try:
        return balancer.pick().url == address
    except NoInstance:
        return False


def test_calls_move_to_a_service_and_back_under_load_and_a_killed_service_is_not_missed(
    address: str, here: Counted
) -> None:
    service = Service("inventory", hub=address)
    try:
        service.wait()
        with Load(working(address), threads=4) as load:
            load.more(10)
            assert here.calls > 0
            for flip in range(FLIPS):
                place("inventory", Serves.HERE if flip % 2 else Serves.SERVICE)
                load.more(4)
            place("inventory", Serves.SERVICE)
            wait_until(lambda: hub_lists() == (False, True), what="the hub, listed as standing by")
            wait_until(lambda: answered_elsewhere(load, here), seconds=60, what="calls that the service answers")
            gateway = Balancer("inventory", lambda: directory().instances())
            wait_until(lambda: leads_to(gateway, f"http://127.0.0.1:{service.port}"), what="the service")
            before = here.calls
            service.signal(signal.SIGKILL)
            load.more(40)
            assert here.calls > before, "this process answers"
            wait_until(lambda: leads_to(gateway, address), what="the hub, as the service is gone")
            place("inventory", Serves.HERE)
            wait_until(lambda: hub_lists() == (True, False), what="the hub, listed as serving")
            load.more(8)
        assert on_hand() == 2 * load.done
    finally:
        service.end()
