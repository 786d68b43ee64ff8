"""What an error means for a saga: whether it may pass, what is kept of it, and how it is told. Decides nothing else."""

from __future__ import annotations

import msgspec

from seamline.contract import ContractError, ErrorKind
from seamline.sagas.definition import Failure
from seamline.sagas.waiting import TIMED_OUT, TimedOut

DEFECT = "seamline.defect"
LONGEST_ERROR = 500
_PASSING = (ErrorKind.UNAVAILABLE, ErrorKind.TIMEOUT)


def may_pass(error: Exception) -> bool:
    """Whether the same step may succeed later: defects may, for they are mended; refusals and time-outs stay."""
    if isinstance(error, ContractError):
        return error.kind in _PASSING
    return not isinstance(error, TimedOut)


def told(error: Exception) -> str:
    """The error in one line, for the timeline and the log."""
    code = error.code if isinstance(error, ContractError) else type(error).__name__
    return f"{code}: {error}"[:LONGEST_ERROR]


def failure_of(error: Exception, *, step: str) -> Failure:
    """What is kept of the error that turns a saga back."""
    if isinstance(error, ContractError):
        return Failure(step=step, code=error.code, data=msgspec.to_builtins(error.data))
    if isinstance(error, TimedOut):
        return Failure(step=step, code=TIMED_OUT, data={"error": str(error)})
    return Failure(step=step, code=DEFECT, data={"error": type(error).__name__})
