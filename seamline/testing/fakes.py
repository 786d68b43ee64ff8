"""Fakes generated from a contract, for tests of one module alone.

A fake cannot say what its contract does not: each programmed answer must pass the contract's codec, each programmed
error must be documented by the operation, each call's arguments must fit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from seamline.contract import Contract, ContractError, Operation
from seamline.contract.codec import decode_arguments, decoder, encode, encode_arguments
from seamline.testing.examples import example_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCall:
    """One call that the fake received."""

    operation: str
    arguments: dict[str, Any]
    idempotency_key: str


class Fake:
    """A binding that answers what it was told to, or else the smallest valid value of the result's type.

    >>> inventory = Fake(Inventory)
    >>> inventory.answer("availability", {"85123A": 3})
    >>> inventory.fail("reserve", OutOfStock(shortfalls=()))
    >>> inventory.do("reserve", lambda *, order_id, lines, hold_seconds=900: Reservation(...))
    """

    def __init__(self, contract: type[Contract]) -> None:
        self.contract = contract
        self.calls: list[RecordedCall] = []
        self._behaviours: dict[str, Callable[..., Any]] = {}

    def answer(self, operation: str, value: Any) -> None:
        """Answer this value from now on.

        :raises TypeError: the contract cannot carry it as the operation's result.
        """
        self._check_result(self._operation(operation), value)
        self._behaviours[operation] = lambda **arguments: value

    def fail(self, operation: str, error: ContractError) -> None:
        """Raise this error from now on.

        :raises TypeError: the operation does not document it, and it is none of the framework's.
        """
        self._check_error(self._operation(operation), error)

        def behave(**arguments: Any) -> Any:
            raise error

        self._behaviours[operation] = behave

    def do(self, operation: str, behaviour: Callable[..., Any]) -> None:
        """Call this function with the arguments from now on; what it answers or raises is checked each time."""
        self._operation(operation)
        self._behaviours[operation] = behaviour

    def calls_of(self, operation: str) -> list[dict[str, Any]]:
        """The arguments of each call of the operation, in order."""
        self._operation(operation)
        return [call.arguments for call in self.calls if call.operation == operation]

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        decode_arguments(operation, encode_arguments(arguments))
        self.calls.append(RecordedCall(operation=operation.name, arguments=arguments, idempotency_key=idempotency_key))
        behaviour = self._behaviours.get(operation.name)
        if behaviour is None:
            return example_of(operation.result)
        try:
            value = behaviour(**arguments)
        except ContractError as error:
            self._check_error(operation, error)
            raise
        self._check_result(operation, value)
        return value

    def _operation(self, name: str) -> Operation:
        try:
            return self.contract.operations[name]
        except KeyError:
            known = ", ".join(self.contract.operations)
            raise LookupError(f"{self.contract.__name__} has no operation {name!r}; it has {known}.") from None

    @staticmethod
    def _check_result(operation: Operation, value: Any) -> None:
        try:
            carried = decoder(operation.result).decode(encode(value))
        except Exception as error:
            raise TypeError(f"{operation.full_name} cannot answer {value!r}: {error}") from error
        if carried != value:
            raise TypeError(f"{operation.full_name} cannot answer {value!r}: the codec makes {carried!r} of it.")

    @staticmethod
    def _check_error(operation: Operation, error: ContractError) -> None:
        if type(error) not in operation.errors and error.module != ContractError.module:
            raise TypeError(f"{operation.full_name} does not document ':raises {type(error).__name__}:'.")
