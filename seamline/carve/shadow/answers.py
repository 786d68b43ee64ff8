"""Two answers to one query: whether they are the same on the wire, and where not, told without any value of them.

Names of fields and positions are told; keys of mappings are values, and are not. This file may not ask anybody.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError

from seamline.contract import ContractError
from seamline.contract.codec import encode, encode_error

MOST_PATHS = 12
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query answered: a result, an error of its contract, or the name of a failure."""

    result: Any = None
    error: ContractError | None = None
    failure: str = ""

    @property
    def wire(self) -> bytes:
        """What a caller elsewhere would get."""
        if self.error is not None:
            return b"!" + encode_error(self.error)
        return b"?" + self.failure.encode() if self.failure else encode(self.result)

    @property
    def summary(self) -> str:
        """What kind of answer it is."""
        if self.error is not None:
            return f"error {self.error.code}"
        return f"failure {self.failure}" if self.failure else _summary(self.result)


class TargetAway(Exception):
    """The other place could not be asked at all."""


def answer_of(ask: Callable[[], Any]) -> Answer:
    """Ask, and take errors for answers.

    :raises TargetAway: there is no connection.
    """
    try:
        return Answer(result=ask())
    except ContractError as error:
        return Answer(error=error)
    except (OperationalError, InterfaceError) as error:
        line = (str(error).strip().splitlines() or [""])[0]
        raise TargetAway(f"{type(error.__cause__ or error).__name__}: {line}") from error
    except Exception as error:  # whatever an implementation raises is its answer here
        return Answer(failure=type(error).__name__)


def paths_of(left: Answer, right: Answer) -> tuple[str, ...]:
    """Where two answers differ, a few places at most; none where one is a result and the other is not."""
    if left.error is not None and right.error is not None and left.error.code == right.error.code:
        return tuple(islice(_paths(left.error.data, right.error.data, "error"), MOST_PATHS))
    if left.error or right.error or left.failure or right.failure:
        return ()
    return tuple(each[:LONGEST] for each in islice(_paths(left.result, right.result, ""), MOST_PATHS))


def _paths(left: Any, right: Any, path: str) -> Iterator[str]:
    if encode(left) == encode(right):
        return
    if type(left) is type(right):
        if dataclasses.is_dataclass(left):
            for field in dataclasses.fields(left):
                inner = f"{path}.{field.name}" if path else field.name
                yield from _paths(getattr(left, field.name), getattr(right, field.name), inner)
            return
        if isinstance(left, (tuple, list)):
            if len(left) != len(right):
                yield f"{path or 'result'}: {len(left)} and {len(right)} items"
            elif sorted(map(encode, left)) == sorted(map(encode, right)):
                yield f"{path or 'result'}: in another order"
            else:
                for index, (own, other) in enumerate(zip(left, right, strict=True)):
                    yield from _paths(own, other, f"{path}[{index}]")
            return
        if isinstance(left, Mapping):
            if left.keys() != right.keys():
                yield f"{path or 'result'}: other keys"
            for key in left.keys() & right.keys():
                yield from _paths(left[key], right[key], f"{path}[...]")
            return
    yield path or "result"


def _summary(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, (tuple, list, AbstractSet, Mapping)):
        return f"{len(value)} items"
    return type(value).__name__
