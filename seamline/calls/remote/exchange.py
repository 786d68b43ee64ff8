"""One try of one call at one instance: sign, send, verify, decode. Says what went wrong in terms that a retry needs.

This file may not know which instance is next, nor how often a call is tried.
"""

from __future__ import annotations

import time
from dataclasses import replace
from http import HTTPStatus
from typing import Any

import msgspec

from seamline.calls.context import Origin
from seamline.calls.wire import PATH, CallRequest, decode_answer, decode_refusal, encode_request
from seamline.contract import ContractError, DeadlineExceeded, Operation
from seamline.contract.codec import decode_error, decoder
from seamline.resilience.faults import Fault, FaultKind
from seamline.signing import Message, SignatureRefused, installed_keys, sign, verify_answer
from seamline.transport import Answer, ExchangeError, NotSent, Pool, TimedOut

_JSON = ("Content-Type", "application/json")


class AttemptFailed(Exception):
    """The instance gave no answer that counts; ``sent`` says whether it may have carried the call out."""

    def __init__(self, text: str, *, sent: bool) -> None:
        super().__init__(text)
        self.sent = sent


def attempt(
    *,
    pool: Pool,
    operation: Operation,
    arguments: bytes,
    deadline: float,
    idempotency_key: str,
    origin: Origin,
    caller: str,
    fault: Fault | None = None,
) -> Any:
    """Call the operation at the instance behind the pool and answer its result.

    :param arguments: encoded.
    :param deadline: a reading of ``time.monotonic()``.
    :param fault: of connections, to be injected behind the server's answer.
    :raises AttemptFailed: there is no answer that counts.
    :raises ContractError: what the module answered, or ``DeadlineExceeded``.
    """
    module = operation.contract.module
    path = f"{PATH}{module}/{operation.name}"
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise DeadlineExceeded(operation=operation.full_name)
    body = encode_request(
        CallRequest(
            arguments=msgspec.Raw(arguments),
            timeout_ms=round(seconds * 1000, 3),
            idempotency_key=idempotency_key,
            actor=origin.actor,
            correlation_id=origin.correlation_id,
            traceparent=origin.traceparent,
            version=operation.contract.version,
        )
    )
    header, signed = sign(
        Message(method="POST", path=path, body=body),
        keys=installed_keys(),
        caller=caller,
        audience=module,
        now=time.time(),
    )
    try:
        answer = pool.exchange(
            method="POST", target=path, headers=(_JSON, ("Authorization", header)), body=body, deadline=deadline
        )
    except TimedOut as error:
        raise DeadlineExceeded(operation=operation.full_name) from error
    except ExchangeError as error:
        raise AttemptFailed(str(error), sent=not isinstance(error, NotSent)) from error
    if fault is not None:
        if fault.kind is FaultKind.RESET:
            raise AttemptFailed(f"connection reset (fault {fault.id})", sent=True)
        answer = replace(answer, body=answer.body[: len(answer.body) // 2])
    try:
        verify_answer(
            answer.body,
            status=answer.status,
            header=answer.headers.get("seamline-signature"),
            request=signed,
            keys=installed_keys(),
        )
    except SignatureRefused as refused:
        raise AttemptFailed(_unsigned(answer, refused), sent=answer.status < HTTPStatus.BAD_REQUEST) from refused
    return _decoded(operation, answer)


def _decoded(operation: Operation, answer: Answer) -> Any:
    try:
        if answer.status == HTTPStatus.OK:
            return decoder(operation.result).decode(decode_answer(answer.body))
        refusal: ContractError = decode_error(decode_refusal(answer.body))
    except (msgspec.MsgspecError, RecursionError) as error:
        raise AttemptFailed(f"the answer does not fit the contract: {error}", sent=True) from error
    raise refusal


def _unsigned(answer: Answer, refused: SignatureRefused) -> str:
    """A text for operators: a refusal says why itself, as it could not be signed for us."""
    if answer.status < HTTPStatus.BAD_REQUEST:
        return f"it answered {answer.status} without a signature that fits ({refused.reason}): is it one of ours?"
    return f"it answered {answer.status}: {answer.body[:200].decode(errors='replace')}"
