"""The binding that stands by: what a service's silence, death and lost answers cost a caller, call by call."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from contracts.inventory import InvalidStockChange, Inventory
from contracts.kernel import Sku
from seamline.calls import use
from seamline.calls.binding import Binding, rebound, route_of
from seamline.contract import ModuleUnavailable
from seamline.discovery import Balancer, Instance
from seamline.embedded.ports import free_port
from seamline.placement import here, standby
from seamline.placement.standby import Standby, turn_routes
from seamline.testing.internal import internal_endpoint
from tests.placement.hub import Counted, counted

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.together("inventory", reason="the session stands by for it"),
]
APPLE = Sku("APPLE")


@contextmanager
def standing_by(*urls: str) -> Iterator[Counted]:
    """Inventory's service is at these addresses; counts what this process answers itself."""
    instances = tuple(Instance(id=url, modules=("inventory",), url=url) for url in urls)
    home = Counted(route_of(Inventory).binding)
    bound = Standby(Inventory, balancer=Balancer("inventory", lambda: instances), home=home)
    with rebound(Inventory, bound):
        yield home


@contextmanager
def in_front_of(url: str, *, answers: bool) -> Iterator[tuple[str, list[bytes]]]:
    """A wire to the instance that carries each request there, and no answer back: it breaks off, or stays silent."""
    listener, asked = socket.create_server(("127.0.0.1", 0)), list[bytes]()
    kept: list[socket.socket] = []

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                kept.append(client)
                asked.append(request := _whole(client))
                if answers:
                    place = urlsplit(url)
                    with socket.create_connection((place.hostname, place.port)) as upstream:
                        upstream.sendall(request)
                        upstream.recv(65536)
                    client.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", asked
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for each in kept:
            each.close()


def _whole(client: socket.socket) -> bytes:
    data = b""
    while True:
        head, found, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if found and length and len(body) >= int(length[1]):
            return data
        part = client.recv(65536)
        if not part:
            return data
        data += part


def available() -> int:
    return use(Inventory, timeout=20).availability(skus=(APPLE,)).get(APPLE, 0)


def test_the_service_is_asked_and_this_process_rests() -> None:
    with internal_endpoint() as url, standing_by(url) as home:
        use(Inventory, timeout=20).adjust(sku=APPLE, change=3, reason="received")
        assert available() == 3
        assert home.calls == 0


@pytest.mark.parametrize("is_known", [True, False])
def test_without_an_instance_that_answers_this_process_does(is_known: bool) -> None:
    urls = [f"http://127.0.0.1:{free_port()}"] if is_known else []
    with standing_by(*urls) as home:
        use(Inventory, timeout=20).adjust(sku=APPLE, change=3, reason="received")
        assert available() == 3
        assert home.calls == 2


def test_a_command_whose_answer_was_lost_has_its_effect_once() -> None:
    with ExitStack() as stack:
        url = stack.enter_context(internal_endpoint())
        broken, asked = stack.enter_context(in_front_of(url, answers=True))
        home = stack.enter_context(standing_by(broken))
        level = use(Inventory, timeout=20).adjust(sku=APPLE, change=3, reason="received")
        assert (level.on_hand, len(asked), home.calls) == (3, 1, 1)
        assert available() == 3


def test_a_service_that_says_nothing_costs_one_caller_half_of_its_time_and_the_next_ones_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standby, "FIRST_REST", 60.0)
    monkeypatch.setattr(standby, "LONGEST_REST", 60.0)
    with in_front_of("", answers=False) as (silent, asked), standing_by(silent) as home:
        began = time.monotonic()
        assert use(Inventory, timeout=6).availability(skus=(APPLE,)) == {}
        assert time.monotonic() - began >= 3
        assert (len(asked), home.calls) == (1, 1)
        use(Inventory, timeout=6).availability(skus=(APPLE,))
        assert (len(asked), home.calls) == (1, 2)


def test_what_the_module_refuses_is_the_answer_and_is_not_asked_twice() -> None:
    with internal_endpoint() as url, standing_by(url) as home:
        with pytest.raises(InvalidStockChange):
            use(Inventory, timeout=20).adjust(sku=APPLE, change=-3, reason="lost")
        assert home.calls == 0


def test_a_service_that_is_back_is_asked_again() -> None:
    port = free_port()
    instances: list[tuple[Instance, ...]] = [()]
    home = Counted(route_of(Inventory).binding)
    bound = Standby(Inventory, balancer=Balancer("inventory", lambda: instances[0]), home=home)
    with internal_endpoint() as url, rebound(Inventory, bound):
        available()
        assert home.calls == 1
        instances[0] = (Instance(id=str(port), modules=("inventory",), url=url),)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            before = home.calls
            available()
            if home.calls == before:
                return
        raise AssertionError("the service is never asked again")


def test_a_route_turns_with_its_placement_and_keeps_what_it_was_bound_to() -> None:
    with counted(Inventory) as home:
        route = route_of(Inventory)
        here.bring_into_force(at_service=frozenset({"inventory"}), until=1)
        try:
            turn_routes()
            bound: Binding = route.binding
            assert isinstance(bound, Standby)
            turn_routes()
            assert route.binding is bound
            policy = Inventory.policy
            route.use(replace(policy, retry=replace(policy.retry, attempts=5)))
            route.use(policy)
        finally:
            here.bring_into_force(at_service=frozenset(), until=0)
        turn_routes()
        turned: Binding = route.binding
        assert turned is home


def test_an_answer_of_neither_side_is_the_error_of_this_process() -> None:
    class Away:
        def invoke(self, operation: object, arguments: object, deadline: float, idempotency_key: str) -> None:
            raise ModuleUnavailable(operation="inventory.availability", reason="the database is down")

    bound = Standby(Inventory, balancer=Balancer("inventory", lambda: ()), home=Away())
    with rebound(Inventory, bound), pytest.raises(ModuleUnavailable, match="the database is down"):
        available()
