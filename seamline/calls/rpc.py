"""The ``rpc`` placement: the call goes through the real codec in both directions, then to another binding.

Tests run every contract through it, so that what only works with shared objects fails before anything is carved. This
file may not know a socket.
"""

from __future__ import annotations

from typing import Any

from seamline.calls.binding import Binding
from seamline.contract import ContractError, Operation
from seamline.contract.codec import (
    decode_arguments,
    decode_error,
    decoder,
    encode,
    encode_arguments,
    encode_error,
)


class RpcBinding:
    """Encodes and decodes arguments, results and errors around another binding."""

    def __init__(self, inner: Binding) -> None:
        self.inner = inner

    def invoke(self, operation: Operation, arguments: dict[str, Any], deadline: float, idempotency_key: str) -> Any:
        received = decode_arguments(operation, encode_arguments(arguments))
        try:
            result = self.inner.invoke(operation, received, deadline, idempotency_key)
        except ContractError as error:
            raise decode_error(encode_error(error)) from error
        return decoder(operation.result).decode(encode(result))
