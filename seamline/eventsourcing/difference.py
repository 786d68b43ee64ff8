"""What is different between two states: field by field, as plain values."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from seamline.eventsourcing.plain import plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that changed; ``field`` is its path, such as ``amount.currency``."""

    field: str
    before: Any
    after: Any


def differences(before: Any, after: Any, *, hidden: Collection[str] = ()) -> tuple[Difference, ...]:
    """All values that are not the same in two states of one type, in the order of their names.

    :param hidden: names of fields that are not shown; changes of them are not either.
    """
    old, new = dict(_flat(plain(before, hidden=hidden))), dict(_flat(plain(after, hidden=hidden)))
    return tuple(
        Difference(field=name, before=old.get(name), after=new.get(name))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _flat(each, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple) and value:
        for number, each in enumerate(value):
            yield from _flat(each, f"{path}[{number}]")
    else:
        yield path, value
