"""Every operation of the last release, executed: old callers call today's modules, and today's callers old modules.

The released contract is brought back to life from its record, types and all; calls go through the real codec and the
real endpoint. What each side answers are the samples of its own version.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from seamline.calls import use
from seamline.calls.binding import rebound
from seamline.contract import Contract, ContractError, ErrorKind, ModuleFailed, Operation, UnknownError, query
from seamline.contract.codec import decode_arguments, decode_error, decoder, encode, encode_error
from seamline.schemas import declared_contracts
from seamline.testing.internal import internal_endpoint, over_http
from seamline.versions import Surface, compare, read_records, records_folder, revived, surface_of, type_of

RELEASED = read_records(records_folder())
NOW = {contract.module: contract for contract in declared_contracts()}
OPERATIONS = [(module, name) for module, surface in RELEASED.items() for name in surface.operations]


class Samples:
    """A module that answers its own version's samples, one after the other, whatever it is asked."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self.turn = 0
        self.asked: list[dict[str, Any]] = []
        self.error: ContractError | None = None

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        self.asked.append(arguments)
        if self.error is not None:
            raise self.error
        samples = self._surface.operations[operation.name].result.samples
        raw = msgspec.json.encode(samples[self.turn % len(samples)]["result"])
        return decoder(operation.result).decode(raw)


@pytest.fixture(scope="module")
def both() -> dict[str, tuple[type[Contract], Surface]]:
    return {module: (revived(surface), surface) for module, surface in RELEASED.items()}


def called(
    *, caller: type[Contract], callee: type[Contract], answers: Surface, name: str, sent: Surface
) -> Iterator[tuple[dict[str, Any], Any, dict[str, Any]]]:
    """Call with every sample of one side's arguments; what was sent, what was answered, what arrived."""
    module = Samples(answers)
    with internal_endpoint(hosted=lambda _: (callee, module)) as url, rebound(caller, over_http(caller, url)):
        operation = caller.operations[name]
        for sample in sent.operations[name].arguments.samples:
            arguments = decode_arguments(operation, msgspec.json.encode(sample))
            for _ in answers.operations[name].result.samples:
                result = getattr(use(caller), name)(**arguments)
                yield sample, result, module.asked[-1]
                module.turn += 1


@pytest.mark.parametrize(("module", "name"), OPERATIONS)
def test_released_caller_is_served_by_todays_module(module: str, name: str, both: Any) -> None:
    old, released = both[module]
    now = surface_of(NOW[module])
    made = list(called(caller=old, callee=NOW[module], answers=now, name=name, sent=released))
    assert made
    for sent, _, arrived in made:
        told = msgspec.json.decode(encode(arrived))
        assert {argument: told[argument] for argument in sent} == sent


@pytest.mark.parametrize(("module", "name"), OPERATIONS)
def test_todays_caller_is_served_by_a_released_module(module: str, name: str, both: Any) -> None:
    old, released = both[module]
    now = surface_of(NOW[module])
    made = list(called(caller=NOW[module], callee=old, answers=released, name=name, sent=now))
    samples = {bytes(msgspec.json.encode(each["result"])) for each in released.operations[name].result.samples}
    assert made
    if released.operations[name] == now.operations[name]:
        assert {encode(result) for _, result, _ in made} == samples


@pytest.mark.parametrize(("module", "name"), OPERATIONS)
def test_errors_of_each_version_are_read_by_the_other(module: str, name: str) -> None:
    for code, carried in RELEASED[module].operations[name].errors.items():
        for sample in carried.samples:
            read = decode_error(msgspec.json.encode({"code": code, "data": sample}))
            assert read.code == code
    for code, carried in surface_of(NOW[module]).operations[name].errors.items():
        known = RELEASED[module].operations[name].errors.get(code)
        for sample in carried.samples if known is not None else ():
            assert known is not None
            msgspec.convert(sample, type_of(known.shape, "known"), strict=False)


def test_error_that_only_a_newer_module_knows_arrives_as_a_failure_that_names_it() -> None:
    read = decode_error(b'{"code":"orders.shop_is_closed","data":{"until":"2030-01-01","why":[1,2]}}')
    assert isinstance(read, ModuleFailed)
    assert isinstance(read, UnknownError)
    assert (read.error_code, read.error_data) == ("orders.shop_is_closed", {"until": "2030-01-01", "why": [1, 2]})
    assert read.kind is ErrorKind.CONFLICT  # an answer: no circuit opens for it
    passed_on = decode_error(encode_error(read))
    assert (type(passed_on), passed_on.data) == (UnknownError, read.data)


def test_released_and_todays_contracts_understand_each_other() -> None:
    for module, contract in NOW.items():
        assert compare(released=RELEASED.get(module), now=surface_of(contract)) == ()


def test_change_that_breaks_is_found_by_executing_it() -> None:
    """A planted fault: today's module requires what released callers do not send."""

    class Changed(Contract, module="planted", version="1.1"):
        @query(timeout=5)
        def find(self, *, sku: str, shelf: str) -> str:
            """Find."""
            raise NotImplementedError

    class Before(Contract, module="planted", version="1.0"):
        @query(timeout=5)
        def find(self, *, sku: str) -> str:
            """Find."""
            raise NotImplementedError

    old = surface_of(Before)
    with pytest.raises(ContractError, match="shelf"):
        list(called(caller=revived(old), callee=Changed, answers=surface_of(Changed), name="find", sent=old))
