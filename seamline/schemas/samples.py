"""Sample payloads of an event, made from its class alone, the same on every machine: usual, empty and edge values.

They are stored in the corpus and decoded for ever. This file may not know where they are stored.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import inspect

from seamline.contract.codec import decoder
from seamline.schemas.shape import plain

MOST = 12
_VALUES: dict[type[inspect.Type], tuple[Any, ...]] = {
    inspect.AnyType: ("example", None, 1),
    inspect.NoneType: (None,),
    inspect.BoolType: (True, False),
    inspect.IntType: (1, 0, 9_007_199_254_740_991, -3),
    inspect.FloatType: (1.5, 0.0, 1e300, -0.25),
    inspect.StrType: ("example", "", "Größe “L” – 尺寸 📦", "line one\nline two\t'\"\\</script>"),
    inspect.BytesType: ("ZXhhbXBsZQ==", ""),
    inspect.DateTimeType: ("2026-01-02T03:04:05Z", "2024-02-29T23:59:59.999999Z", "2026-06-30T12:00:00+02:00"),
    inspect.DateType: ("2026-01-02", "2024-02-29"),
    inspect.TimeType: ("03:04:05Z", "23:59:59.999999Z"),
    inspect.TimeDeltaType: ("PT90S", "P0D"),
    inspect.UUIDType: ("00000000-0000-4000-8000-000000000001", "ffffffff-ffff-4fff-bfff-ffffffffffff"),
    inspect.DecimalType: ("1.00", "0.00", "123456789012345678.99", "-0.01"),
}
_ARRAYS = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType, inspect.CollectionType)


_decoder: Callable[[Any], Any] = decoder


def samples_of(event: type) -> tuple[dict[str, Any], ...]:
    """Payloads of an event, or of any dataclass, as plain JSON.

    The first is a usual one, the second as empty as can be, others show every choice.

    :raises TypeError: no value that the class accepts could be made.
    """
    info = inspect.type_info(event)
    assert isinstance(info, inspect.DataclassType)
    made = []
    for index in range(max(3, min(MOST, _choices(info, ())))):
        payload = _payload(info, index, ())
        try:
            payload = plain(_decoder(event).decode(msgspec.json.encode(payload)))
        except msgspec.ValidationError:
            continue  # the class checks more than its types say
        if payload not in made:
            made.append(payload)
    if not made:
        raise TypeError(f"No sample of {event.__name__} could be made: its class refuses {_payload(info, 0, ())!r}.")
    return tuple(made)


def _payload(info: inspect.DataclassType, index: int, within: tuple[Any, ...]) -> dict[str, Any]:
    inner = (*within, info.cls)
    payload = {}
    for field in info.fields:
        usual = index == 0 and field.default is not msgspec.NODEFAULT and field.default is not None
        payload[field.encode_name] = plain(field.default) if usual else _value(field.type, index, inner)
    return payload


def _value(info: inspect.Type, index: int, within: tuple[Any, ...]) -> Any:
    if isinstance(info, inspect.Metadata):
        return _value(info.type, index, within)
    if isinstance(info, inspect.DataclassType):
        return _payload(info, index, within)
    if isinstance(info, inspect.UnionType):
        options = _members(info, within)
        return _value(options[index % len(options)], index // len(options), within)
    if isinstance(info, _ARRAYS):
        if index % 3 == 1 or _holds(info.item_type, within):
            return []
        return [_value(info.item_type, index + more, within) for more in range(1 + index % 3 // 2)]
    if isinstance(info, inspect.TupleType):
        return [_value(item, index, within) for item in info.item_types]
    if isinstance(info, inspect.DictType):
        if index % 3 == 1 or _holds(info.value_type, within):
            return {}
        key = _value(info.key_type, index, within)
        return {key if isinstance(key, str) else str(key): _value(info.value_type, index, within)}
    values = _plain_values(info)
    return values[index % len(values)]


def _plain_values(info: inspect.Type) -> tuple[Any, ...]:
    if isinstance(info, inspect.EnumType):
        return tuple(plain(member) for member in info.cls)
    if isinstance(info, inspect.LiteralType):
        return tuple(info.values)
    try:
        return _VALUES[type(info)]
    except KeyError:
        raise TypeError(f"No sample can be made of {info}: use dataclasses, enums, tuples and plain values.") from None


def _members(info: inspect.UnionType, within: tuple[Any, ...]) -> list[inspect.Type]:
    """What a union offers, absence second; what would hold itself without end is left out."""
    usable = [member for member in info.types if not _holds(member, within)]
    return sorted(usable or list(info.types), key=lambda member: isinstance(member, inspect.NoneType))


def _holds(info: inspect.Type, within: tuple[Any, ...]) -> bool:
    return isinstance(info, inspect.DataclassType) and info.cls in within


def _choices(info: inspect.Type, within: tuple[Any, ...]) -> int:
    """How many samples it takes until every choice within the type was made once."""
    if isinstance(info, inspect.Metadata):
        return _choices(info.type, within)
    if isinstance(info, inspect.DataclassType):
        inner = (*within, info.cls)
        return max([1, *(_choices(field.type, inner) for field in info.fields if not _holds(field.type, inner))])
    if isinstance(info, inspect.UnionType):
        members = _members(info, within)
        return len(members) * max([1, *(_choices(member, within) for member in members if not _holds(member, within))])
    if isinstance(info, _ARRAYS):
        return 3 if _holds(info.item_type, within) else max(3, _choices(info.item_type, within))
    if isinstance(info, inspect.TupleType):
        return max([1, *(_choices(item, within) for item in info.item_types)])
    if isinstance(info, inspect.DictType):
        return 3 if _holds(info.value_type, within) else max(3, _choices(info.value_type, within))
    return len(_plain_values(info))
