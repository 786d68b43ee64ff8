"""What a verified call answers: decoded, run by the module that is hosted here, encoded. Knows no WSGI.

Whatever goes wrong is one of the contract's or the framework's errors; a traceback stays in this process's log.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from seamline.calls.binding import Binding
from seamline.calls.context import Call, Origin, current
from seamline.calls.endpoint.hosted import Hosted
from seamline.calls.wire import LONGEST_TIMEOUT, CallRequest, answer_of, decode_request, error_of
from seamline.contract import (
    ContractError,
    DeadlineExceeded,
    InvalidArgument,
    ModuleFailed,
    ModuleUnavailable,
    Operation,
)
from seamline.contract.codec import decode_arguments, encode, encode_error
from seamline.telemetry.spans import Hop, span
from seamline.telemetry.traceparent import accepted
from seamline.web.problem import STATUS

logger = logging.getLogger(__name__)
LONGEST_ACTOR = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An answer's status and body."""

    status: HTTPStatus
    body: bytes

    @staticmethod
    def refusal(error: ContractError) -> Served:
        """The answer that carries an error."""
        return Served(status=STATUS[error.kind], body=error_of(encode_error(error)))


def serve(*, hosted: Hosted, module: str, name: str, body: bytes) -> Served:
    """Run one call and answer its result or its error.

    :param hosted: what is served here.
    :param name: of the operation.
    :param body: a ``CallRequest``.
    """
    found = hosted(module)
    operation = found[0].operations.get(name) if found is not None else None
    if found is None or operation is None:
        reason = f"this instance does not host an operation {name[:80]!r} of {module[:80]!r}"
        return Served.refusal(ModuleUnavailable(operation=f"{module[:80]}.{name[:80]}", reason=reason))
    try:
        request = decode_request(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        return Served.refusal(InvalidArgument(operation=operation.full_name, reason=f"no call: {error}"))
    origin = Origin(
        actor=request.actor[:LONGEST_ACTOR],
        correlation_id=request.correlation_id[:LONGEST_ACTOR],
        traceparent=accepted(request.traceparent),
    )
    seconds = min(request.timeout_ms / 1000, LONGEST_TIMEOUT)
    token = current.set(Call("", time.monotonic() + seconds, "", origin))
    try:
        with span(operation.full_name, Hop.SERVER):
            return _run(found[1], operation, request)
    finally:
        current.reset(token)


def _run(binding: Binding, operation: Operation, request: CallRequest) -> Served:
    try:
        deadline = current.get().deadline
        if deadline <= time.monotonic():
            raise DeadlineExceeded(operation=operation.full_name)
        if operation.is_command and not request.idempotency_key:
            raise InvalidArgument(operation=operation.full_name, reason="a command needs an idempotency key")
        arguments = decode_arguments(operation, request.arguments)
        key = request.idempotency_key if operation.is_command else ""
        result = binding.invoke(operation, arguments, deadline, key)
    except ContractError as error:
        return Served.refusal(error)
    except Exception as error:  # whatever the binding let through: the caller gets a typed error, never a page
        logger.exception("%s failed", operation.full_name)
        return Served.refusal(ModuleFailed(operation=operation.full_name, reason=type(error).__name__))
    return Served(status=HTTPStatus.OK, body=answer_of(encode(result)))
