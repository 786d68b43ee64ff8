"""Idempotency keys: which commands a module has carried out, and what it answered.

The row is written before the effect and completed after it, in the callee's own schema and, for commands that run in
one transaction, in the same commit. A second arrival waits for the first and gets its result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seamline.contract import IdempotencyKeyReuse, InvalidArgument, Operation
from seamline.contract.codec import decoder, encode
from seamline.data.transaction import connection_for

LONGEST_KEY = 200

_BEGIN = """
INSERT INTO idempotency_key (operation, key, fingerprint) VALUES (%s, %s, %s)
ON CONFLICT (operation, key) DO NOTHING
"""
_EARLIER = "SELECT fingerprint, finished, result::text FROM idempotency_key WHERE operation = %s AND key = %s"
_FINISH = "UPDATE idempotency_key SET finished = true, result = %s::jsonb WHERE operation = %s AND key = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierCall:
    """What is known of a call that arrived before with the same key."""

    finished: bool
    encoded: str | None

    def result(self, operation: Operation) -> Any:
        """What the first call answered."""
        return None if self.encoded is None else decoder(operation.result).decode(self.encoded)


def begin(module: str, operation: Operation, key: str, fingerprint: bytes) -> EarlierCall | None:
    """Write the key down; None when it is new, else the earlier call that carried it.

    :raises IdempotencyKeyReuse: the earlier call had other arguments.
    :raises InvalidArgument: the key is longer than 200 characters.
    """
    if len(key) > LONGEST_KEY:
        raise InvalidArgument(
            operation=operation.full_name,
            reason=f"the idempotency key has {len(key)} characters, {LONGEST_KEY} are allowed",
        )
    with connection_for(module).cursor() as cursor:
        cursor.execute(_BEGIN, [operation.name, key, fingerprint])
        if cursor.rowcount == 1:
            return None
        cursor.execute(_EARLIER, [operation.name, key])
        stored, finished, encoded = cursor.fetchone()
    if bytes(stored) != fingerprint:
        raise IdempotencyKeyReuse(operation=operation.full_name, key=key)
    return EarlierCall(finished=finished, encoded=encoded)


def finish(module: str, operation: Operation, key: str, result: Any) -> None:
    """Keep the result for later arrivals of the same key."""
    encoded = None if result is None else encode(result).decode()
    with connection_for(module).cursor() as cursor:
        cursor.execute(_FINISH, [encoded, operation.name, key])
