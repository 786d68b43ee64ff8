"""The vocabulary in which a module states what it offers: contracts, values, events and errors.

Everything here is plain Python. It may not import Django, because contracts are shared with processes that run none.
"""

from seamline.contract.contract import Contract, Operation, OperationKind, Secret, command, query
from seamline.contract.errors import (
    CallInsideTransaction,
    CircuitOpen,
    ContractError,
    DeadlineExceeded,
    ErrorKind,
    IdempotencyKeyReuse,
    InvalidArgument,
    ModuleFailed,
    ModuleUnavailable,
    Overloaded,
    UnknownError,
)
from seamline.contract.event import Event
from seamline.contract.policy import (
    BreakerPolicy,
    BulkheadPolicy,
    HedgePolicy,
    Policy,
    RatePolicy,
    RetryPolicy,
)
from seamline.contract.upcasting import upcaster

__all__ = [
    "BreakerPolicy",
    "BulkheadPolicy",
    "CallInsideTransaction",
    "CircuitOpen",
    "Contract",
    "ContractError",
    "DeadlineExceeded",
    "ErrorKind",
    "Event",
    "HedgePolicy",
    "IdempotencyKeyReuse",
    "InvalidArgument",
    "ModuleFailed",
    "ModuleUnavailable",
    "Operation",
    "OperationKind",
    "Overloaded",
    "Policy",
    "RatePolicy",
    "RetryPolicy",
    "Secret",
    "UnknownError",
    "command",
    "query",
    "upcaster",
]
