"""States and events as plain JSON values, for showing and comparing. What nobody is to see is not in them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

HIDDEN = "[hidden]"


def plain(value: Any, *, hidden: Collection[str] = ()) -> Any:
    """Dictionaries, lists, texts, numbers; amounts and times as text, as they are on the wire.

    :param hidden: names of fields, at any depth, whose values are not shown.
    """
    return _without(msgspec.to_builtins(value, str_keys=True), hidden)


def _without(value: Any, hidden: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: HIDDEN if name in hidden and each else _without(each, hidden) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_without(each, hidden) for each in value]
    return value
