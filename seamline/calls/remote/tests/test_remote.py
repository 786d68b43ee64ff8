"""Calls over real sockets to instances that die, freeze, lie, break off and come back."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from seamline.calls import use
from seamline.calls.binding import rebound
from seamline.calls.local import LocalBinding
from seamline.calls.remote import RemoteBinding
from seamline.calls.tests.lent import Lent, LentService
from seamline.contract import DeadlineExceeded, ModuleUnavailable
from seamline.contract.tests.samples import Count, Name
from seamline.embedded.ports import free_port
from seamline.resilience import faults
from seamline.resilience.faults import Fault, FaultKind
from seamline.testing.internal import internal_endpoint, over_http

ONE = {"a": Count(name=Name("a"), value=1)}


def ask(**options: float) -> object:
    return use(Lent, **options).echo(names=(Name("a"),))  # type: ignore[arg-type]


@pytest.fixture
def service() -> LentService:
    return LentService()


@pytest.fixture
def serve(service: LentService) -> Iterator[Callable[[], str]]:
    local = LocalBinding(service)
    with ExitStack() as stack:
        yield lambda: stack.enter_context(internal_endpoint(hosted=lambda module: (Lent, local)))


@contextmanager
def broken_server(answer: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request and then does what it should not."""
    listener = socket.create_server(("127.0.0.1", 0))
    stopping = threading.Event()

    def run() -> None:
        while not stopping.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                answer(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stopping.set()
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def test_dead_instance_costs_one_failed_try_and_gets_no_more_calls(serve: Callable[[], str]) -> None:
    dead = f"http://127.0.0.1:{free_port()}"
    binding = over_http(Lent, dead, serve())
    with rebound(Lent, binding):
        assert all(ask() == ONE for _ in range(50))
    tried = {target.url: target for target in binding.balancer.targets()}
    assert tried[dead].is_ejected(time.monotonic())


def test_module_all_of_whose_instances_are_dead_is_unavailable_soon() -> None:
    started = time.monotonic()
    dead = over_http(Lent, *(f"http://127.0.0.1:{free_port()}" for _ in range(2)))
    with rebound(Lent, dead), pytest.raises(ModuleUnavailable, match="refused"):
        ask()
    assert time.monotonic() - started < 2


def test_module_without_instances_is_unavailable() -> None:
    with rebound(Lent, over_http(Lent)), pytest.raises(ModuleUnavailable, match="no instance"):
        ask()


def test_instance_that_answers_without_our_signature_is_not_believed(serve: Callable[[], str]) -> None:
    def lie(connection: socket.socket) -> None:
        connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"result":{}}')

    with broken_server(lie) as imposter:
        with rebound(Lent, over_http(Lent, imposter)), pytest.raises(ModuleUnavailable, match="signature"):
            ask()
        with rebound(Lent, over_http(Lent, imposter, serve())):
            assert ask() == ONE


@pytest.mark.usefixtures("database")
def test_command_whose_answer_is_lost_has_its_effect_once(service: LentService, serve: Callable[[], str]) -> None:
    real = serve()
    lost = Fault(id="f", kind=FaultKind.RESET, callee=Lent.module, instance=real, until=time.time() + 60)
    with rebound(Lent, over_http(Lent, real)):
        faults.install((lost,))
        try:
            with pytest.raises(ModuleUnavailable):
                use(Lent, idempotency_key="k").raise_by(name=Name("a"), by=1)
        finally:
            faults.install(())
        assert len(service.effects) == 1
        assert use(Lent, idempotency_key="k").raise_by(name=Name("a"), by=1).value == 1
    assert len(service.effects) == 1


@pytest.mark.parametrize(
    "reply",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{", b"garbage\r\n\r\n"],
    ids=["nothing", "half a head", "half a body", "no HTTP"],
)
def test_instance_that_breaks_off_is_passed_over(reply: bytes, serve: Callable[[], str]) -> None:
    with (
        broken_server(lambda connection: connection.sendall(reply)) as broken,
        rebound(Lent, over_http(Lent, broken, serve())),
    ):
        assert all(ask() == ONE for _ in range(10))


def test_frozen_instance_costs_no_more_than_the_deadline() -> None:
    frozen = threading.Event()
    with broken_server(lambda connection: (frozen.wait(5), None)[1]) as instance:
        started = time.monotonic()
        with rebound(Lent, over_http(Lent, instance)), pytest.raises(DeadlineExceeded):
            ask(timeout=0.2)
        assert 0.19 < time.monotonic() - started < 2
        frozen.set()


def test_answer_that_drips_costs_no_more_than_the_deadline() -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(50):
            try:
                connection.sendall(b"{")
            except OSError:
                return
            time.sleep(0.05)

    with broken_server(drip) as instance:
        started = time.monotonic()
        with rebound(Lent, over_http(Lent, instance)), pytest.raises(DeadlineExceeded):
            ask(timeout=0.3)
        assert time.monotonic() - started < 2


def test_callee_that_is_too_slow_is_left_at_the_deadline(serve: Callable[[], str]) -> None:
    started = time.monotonic()
    with rebound(Lent, over_http(Lent, serve())), pytest.raises(DeadlineExceeded):
        use(Lent).doze(seconds=2)
    assert time.monotonic() - started < 1.8


def test_restarted_instance_is_called_over_a_new_connection(service: LentService) -> None:
    local = LocalBinding(service)
    urls: list[str] = []
    with ExitStack() as stack:
        urls.append(stack.enter_context(internal_endpoint(hosted=lambda module: (Lent, local))))
        with rebound(Lent, over_http(Lent, urls[0])):
            assert ask() == ONE
    with (
        internal_endpoint(hosted=lambda module: (Lent, local)) as second,
        rebound(Lent, over_http(Lent, urls[0], second)),
    ):
        assert ask() == ONE


def test_retries_of_all_callers_together_are_bounded_by_the_budget() -> None:
    tries = 0

    def count(connection: socket.socket) -> None:
        nonlocal tries
        tries += 1

    with broken_server(count) as broken:
        binding: RemoteBinding = over_http(Lent, broken)
        with rebound(Lent, binding):
            for _ in range(15):
                with pytest.raises(ModuleUnavailable):
                    ask()
    assert 15 < tries <= 15 + 15 * 0.2 + 3 + 3


def test_callers_in_a_hurry_do_not_eject_an_instance_that_is_well(serve: Callable[[], str]) -> None:
    binding = over_http(Lent, serve())
    with rebound(Lent, binding):
        for _ in range(10):
            with pytest.raises(DeadlineExceeded):
                use(Lent, timeout=0.0005).doze(seconds=0.2)
        assert not any(target.is_ejected(time.monotonic()) for target in binding.balancer.targets())
        assert ask() == ONE
