"""States and events as plain JSON values, for showing and comparing."""

from __future__ import annotations

from typing import Any

import msgspec


def plain(value: Any) -> Any:
    """Dictionaries, lists, texts, numbers; amounts and times as text, as they are on the wire."""
    return msgspec.to_builtins(value, str_keys=True)
