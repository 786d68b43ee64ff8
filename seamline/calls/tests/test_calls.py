"""Guard rails of calls, in every placement, on a sample contract that needs no module of the shop."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from seamline.calls import acting_as, deadline_in, use
from seamline.calls.binding import Binding, rebound
from seamline.calls.local import LocalBinding, fingerprint
from seamline.calls.rpc import RpcBinding
from seamline.calls.tests.lent import MODULE, Lent, LentService
from seamline.contract import (
    CallInsideTransaction,
    Contract,
    DeadlineExceeded,
    IdempotencyKeyReuse,
    InvalidArgument,
    ModuleFailed,
    ModuleUnavailable,
    Secret,
    query,
)
from seamline.contract.tests.samples import Count, CounterOverflow, Name
from seamline.data import atomic, connection_for
from seamline.testing.internal import internal_endpoint, over_http


@pytest.fixture(params=["local", "rpc", "http"])
def service(request: pytest.FixtureRequest) -> Iterator[LentService]:
    service = LentService()
    local = LocalBinding(service)
    with ExitStack() as stack:
        binding: Binding = local
        if request.param == "rpc":
            binding = RpcBinding(local)
        elif request.param == "http":
            binding = over_http(Lent, stack.enter_context(internal_endpoint(hosted=lambda module: (Lent, local))))
        stack.enter_context(rebound(Lent, binding))
        yield service


def test_query_answers_what_the_implementation_answers(service: LentService) -> None:
    assert use(Lent).echo(names=(Name("a"),)) == {"a": Count(name=Name("a"), value=1)}


def test_documented_error_arrives_as_itself(service: LentService) -> None:
    with pytest.raises(CounterOverflow) as caught:
        use(Lent).echo(names=(Name("overflow"),))
    assert caught.value.at.value == 1


def test_defect_of_the_callee_arrives_as_module_failed(service: LentService) -> None:
    with pytest.raises(ModuleFailed) as caught:
        use(Lent).echo(names=(Name("broken"),))
    assert caught.value.data == {"operation": f"{MODULE}.echo", "reason": "RuntimeError"}


def test_module_that_nobody_hosts_is_unavailable() -> None:
    class Nowhere(Contract, module="nowhere", version="1.0"):
        @query(timeout=1.0)
        def get(self) -> int:
            """Nobody implements it."""

    with pytest.raises(ModuleUnavailable, match="SEAMLINE_MODULES"):
        use(Nowhere).get()


def test_contract_without_operations_cannot_be_used() -> None:
    with pytest.raises(TypeError, match="no contract"):
        use(Contract)


def test_fallback_answers_for_a_failed_module_but_not_for_its_business_errors(service: LentService) -> None:
    assert use(Lent, fallback={}).echo(names=(Name("broken"),)) == {}
    assert use(Lent, fallback=lambda error: {"code": error.code}).echo(names=(Name("broken"),)) == {
        "code": "seamline.module_failed"
    }
    with pytest.raises(CounterOverflow):
        use(Lent, fallback={}).echo(names=(Name("overflow"),))


def test_callee_sees_the_smaller_of_its_timeout_and_what_the_caller_has_left(service: LentService) -> None:
    assert use(Lent).remaining() <= 0.5
    assert use(Lent, timeout=0.2).remaining() <= 0.2
    with deadline_in(0.1):
        assert use(Lent).remaining() <= 0.1


def test_call_after_the_deadline_is_not_made(service: LentService) -> None:
    with deadline_in(-1.0), pytest.raises(DeadlineExceeded):
        use(Lent).echo(names=())
    with deadline_in(-1.0):
        assert use(Lent, fallback={}).echo(names=()) == {}


@pytest.mark.usefixtures("database")
class TestCommands:
    def test_call_inside_a_transaction_is_refused(self, service: LentService) -> None:
        with atomic(MODULE), pytest.raises(CallInsideTransaction):
            use(Lent).echo(names=())

    def test_same_key_has_one_effect_and_one_result(self, service: LentService) -> None:
        first = use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
        second = use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
        assert first == second
        assert service.effects == ["k1"]

    def test_other_key_is_another_intent(self, service: LentService) -> None:
        use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
        use(Lent, idempotency_key="k2").raise_by(name=Name("a"), by=1)
        use(Lent).raise_by(name=Name("a"), by=1)
        assert len(set(service.effects)) == 3

    def test_same_key_with_other_arguments_is_refused(self, service: LentService) -> None:
        use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
        with pytest.raises(IdempotencyKeyReuse):
            use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=2)

    def test_failed_command_leaves_its_key_free(self, service: LentService) -> None:
        with pytest.raises(CounterOverflow):
            use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=101)
        use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
        assert service.effects == ["k1"]

    def test_endless_key_is_refused(self, service: LentService) -> None:
        with pytest.raises(InvalidArgument, match="201 characters"):
            use(Lent, idempotency_key="k" * 201).raise_by(name=Name("a"), by=1)

    def test_sixteen_simultaneous_calls_with_one_key_have_one_effect(self, service: LentService) -> None:
        def call(_: int) -> Count:
            try:
                return use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1)
            finally:
                connection_for(MODULE).close()

        with ThreadPoolExecutor(16) as pool:
            results = set(pool.map(call, range(16)))
        assert results == {Count(name=Name("a"), value=1)}
        assert service.effects == ["k1"]

    def test_stepwise_command_that_died_runs_again_with_its_key(self, service: LentService) -> None:
        with pytest.raises(ModuleFailed):
            use(Lent, idempotency_key="k1").crawl(name=Name("dies first"))
        assert use(Lent, idempotency_key="k1").crawl(name=Name("dies first")).value == 2
        assert use(Lent, idempotency_key="k1").crawl(name=Name("dies first")).value == 2
        assert service.effects == ["k1", "k1"]

    def test_result_that_is_not_final_is_not_kept_for_the_key(self, service: LentService) -> None:
        answers = [use(Lent, idempotency_key="k1").wait(name=Name("a")).value for _ in range(4)]
        assert answers == [1, 2, 2, 2]
        assert service.effects == ["k1", "k1"]

    def test_secret_is_stored_nowhere(self, service: LentService) -> None:
        use(Lent, idempotency_key="k1").raise_by(name=Name("a"), by=1, password=Secret("hunter2-hunter2"))
        with connection_for(MODULE).cursor() as cursor:
            cursor.execute("SELECT idempotency_key::text FROM idempotency_key")
            assert "hunter2" not in str(cursor.fetchall())


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("over_the_wire_first", [True, False])
def test_command_that_is_repeated_after_its_module_moved_is_the_same(over_the_wire_first: bool) -> None:
    service = LentService()
    local = LocalBinding(service)
    bindings: list[Binding] = [local, RpcBinding(local)]
    for binding in reversed(bindings) if over_the_wire_first else bindings:
        with rebound(Lent, binding):
            use(Lent, idempotency_key="k1").raise_by(name=Name("a"))
    assert service.effects == ["k1"]


def test_secret_does_not_enter_the_fingerprint() -> None:
    operation = Lent.operations["raise_by"]
    assert fingerprint(operation, {"name": "a", "by": 1, "password": "x"}) == fingerprint(
        operation, {"name": "a", "by": 1, "password": "y"}
    )


def test_actor_correlation_and_span_arrive(service: LentService) -> None:
    span = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
    with acting_as("operator:ada", correlation_id="request-1", traceparent=span):
        assert use(Lent).whoami() == ("operator:ada", "request-1", span)
