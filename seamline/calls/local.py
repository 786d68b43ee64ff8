"""The local placement: the implementation lives in this process and is called directly, frozen values uncopied.

Around a command it opens the module's transaction, writes the idempotency key first and the result last, so that the
effect, the key and the result are one commit. This file may not know any module.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from seamline.calls import idempotency
from seamline.calls.context import Call, current
from seamline.contract import Contract, ContractError, DeadlineExceeded, ModuleFailed, Operation, Secret
from seamline.contract.codec import encode_arguments
from seamline.data.transaction import atomic

logger = logging.getLogger(__name__)
_Method = TypeVar("_Method", bound=Callable[..., Any])
Observer = Callable[[Operation, Callable[..., Any], dict[str, Any]], Any]
_observer: Observer | None = None


def observe_queries(observer: Observer | None) -> None:
    """Have each query served through this from now on: it has to run the function, and answer or raise as that does."""
    global _observer  # noqa: PLW0603 - read on the path of each query
    _observer = observer


def stepwise(method: _Method) -> _Method:
    """Mark an implementation's command that opens its own transactions, because it calls others in between.

    It is run again from its beginning when its key arrives again before it finished, be it after a crash or at the
    same time: it must find out by ``current_call().idempotency_key`` what was done already.
    """
    return stepwise_until(lambda result: True)(method)


def stepwise_until(is_final: Callable[[Any], bool]) -> Callable[[_Method], _Method]:
    """Mark a stepwise command that may answer before its work has ended.

    :param is_final: whether a result is the last word; another one is not kept, so that the same key asks again.
    """

    def mark(method: _Method) -> _Method:
        method.__seamline_stepwise__ = is_final  # type: ignore[attr-defined]
        return method

    return mark


class LocalBinding:
    """Calls an implementation object in this process."""

    def __init__(self, implementation: Contract) -> None:
        self.implementation = implementation
        self._functions = {name: getattr(implementation, name) for name in implementation.operations}

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        function = self._functions[operation.name]
        call = Call(operation.full_name, deadline, idempotency_key, current.get().origin)
        token = current.set(call)
        try:
            if not idempotency_key:
                return function(**arguments) if _observer is None else _observer(operation, function, arguments)
            is_final = getattr(function, "__seamline_stepwise__", None)
            if is_final is not None:
                return _run_stepwise(operation, function, arguments, idempotency_key, is_final)
            return _run_in_one_transaction(operation, function, arguments, idempotency_key)
        except ContractError as error:
            if type(error) in operation.errors or error.module == ContractError.module:
                raise
            raise _failed(operation, error) from error
        except Exception as error:
            if time.monotonic() > deadline:
                raise DeadlineExceeded(operation=operation.full_name) from error
            raise _failed(operation, error) from error
        finally:
            current.reset(token)


def _run_in_one_transaction(
    operation: Operation, function: Callable[..., Any], arguments: dict[str, Any], key: str
) -> Any:
    module = operation.contract.module
    with atomic(module):
        earlier = idempotency.begin(module, operation, key, fingerprint(operation, arguments))
        if earlier is not None and earlier.finished:
            return earlier.result(operation)
        result = function(**arguments)
        idempotency.finish(module, operation, key, result)
        return result


def _run_stepwise(
    operation: Operation,
    function: Callable[..., Any],
    arguments: dict[str, Any],
    key: str,
    is_final: Callable[[Any], bool],
) -> Any:
    module = operation.contract.module
    earlier = idempotency.begin(module, operation, key, fingerprint(operation, arguments))
    if earlier is not None and earlier.finished:
        return earlier.result(operation)
    result = function(**arguments)
    if is_final(result):
        idempotency.finish(module, operation, key, result)
    return result


def fingerprint(operation: Operation, arguments: dict[str, Any]) -> bytes:
    """Sixteen bytes that tell whether two calls have the same arguments; secrets do not enter.

    Nor do values that are their parameter's default: a call over the wire arrives with all of them, one from this
    process with those that the caller gave, and a command that is repeated after its module moved is the same.
    """
    types, defaults = operation.parameters, operation.defaults
    public = {
        name: value
        for name, value in arguments.items()
        if types.get(name) is not Secret and (name not in defaults or value != defaults[name])
    }
    try:
        return hashlib.blake2b(encode_arguments(public), digest_size=16).digest()
    except (TypeError, msgspec.MsgspecError) as error:
        raise TypeError(f"{operation.full_name} was given an argument that no codec can carry: {error}") from error


def _failed(operation: Operation, error: Exception) -> ModuleFailed:
    logger.exception("%s failed", operation.full_name)
    return ModuleFailed(operation=operation.full_name, reason=type(error).__name__)
