"""The shape of an event's payload as plain data: what is compared, stored in the corpus and shown in the docs.

It is read from the event's class through msgspec's own view of it, so it holds what the codec really asks for. This
file may not judge changes.
"""

from __future__ import annotations

import enum
from typing import Any

import msgspec
from msgspec import inspect

from seamline.contract import Event
from seamline.contract.codec import encode

UNKNOWN_VALUE = "\x00 no member has this value"
_PLAIN: dict[type[inspect.Type], str] = {
    inspect.AnyType: "any",
    inspect.NoneType: "null",
    inspect.BoolType: "boolean",
    inspect.IntType: "integer",
    inspect.FloatType: "number",
    inspect.StrType: "string",
    inspect.BytesType: "bytes",
    inspect.DateTimeType: "datetime",
    inspect.DateType: "date",
    inspect.TimeType: "time",
    inspect.TimeDeltaType: "duration",
    inspect.UUIDType: "uuid",
    inspect.DecimalType: "decimal",
}
_ARRAYS = (inspect.ListType, inspect.SetType, inspect.FrozenSetType, inspect.VarTupleType, inspect.CollectionType)
_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "pattern", "min_length", "max_length", "tz")


class Shape(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A type. ``kind`` is a plain one such as ``uuid``, or array, tuple, map, union, enum or object.

    ``items`` are the types within (of a map: key, value), ``values`` those of an enum, ``type`` the name of an object's
    entry among the types of its schema, ``limits`` what an annotation asks for besides. An ``open`` enum reads values
    that it does not know as one of its own.
    """

    kind: str
    items: tuple[Shape, ...] = ()
    values: tuple[str | int, ...] = ()
    type: str = ""
    limits: dict[str, Any] = {}
    open: bool = False

    def __str__(self) -> str:
        if self.kind == "array":
            return f"list of {self.items[0]}"
        if self.kind == "map":
            return f"map of {self.items[0]} to {self.items[1]}"
        if self.kind == "tuple":
            return f"({', '.join(map(str, self.items))})"
        if self.kind == "union":
            return " or ".join(map(str, self.items))
        if self.kind == "enum":
            return "one of " + ", ".join(map(str, self.values))
        limits = ", ".join(f"{name} {value}" for name, value in self.limits.items())
        return (self.type or self.kind) + (f" ({limits})" if limits else "")


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of an object. Without a default it is required; ``computed`` defaults have another value each time."""

    shape: Shape
    default: Any = msgspec.UNSET
    computed: bool = False

    @property
    def required(self) -> bool:
        return self.default is msgspec.UNSET and not self.computed


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """What an event's payload looks like: its fields, the objects within by name, and which field orders it."""

    key: str
    fields: dict[str, Field]
    types: dict[str, dict[str, Field]]


def schema_of(event: type[Event]) -> Schema:
    """The schema that the class has now.

    :raises TypeError: a field has a type that cannot travel.
    """
    return schema_of_fields(event, key=event.event_key)


def schema_of_fields(cls: type, *, key: str = "") -> Schema:
    """The schema of any dataclass.

    :raises TypeError: a field has a type that cannot travel.
    """
    types: dict[str, dict[str, Field]] = {}
    names: dict[Any, str] = {}
    info = inspect.type_info(cls)
    assert isinstance(info, inspect.DataclassType)
    fields = _fields(info, types, names)
    return Schema(key=key, fields=fields, types=dict(sorted(types.items())))


def _fields(info: inspect.DataclassType, types: dict[str, dict[str, Field]], names: dict[Any, str]) -> dict[str, Field]:
    return {field.encode_name: _field(field, types, names) for field in info.fields}


def _field(field: inspect.Field, types: dict[str, dict[str, Field]], names: dict[Any, str]) -> Field:
    shape = _shape(field.type, types, names)
    if field.default is not msgspec.NODEFAULT:
        return Field(shape=shape, default=plain(field.default))
    if field.default_factory is not msgspec.NODEFAULT:
        first, second = plain(field.default_factory()), plain(field.default_factory())
        return Field(shape=shape, default=first) if first == second else Field(shape=shape, computed=True)
    return Field(shape=shape)


def _shape(info: inspect.Type, types: dict[str, dict[str, Field]], names: dict[Any, str]) -> Shape:
    if isinstance(info, inspect.Metadata):
        return _shape(info.type, types, names)
    limits = {name: value for name in _LIMITS if (value := getattr(info, name, None)) is not None}
    if type(info) in _PLAIN:
        return Shape(kind=_PLAIN[type(info)], limits=limits)
    if isinstance(info, _ARRAYS):
        return Shape(kind="array", items=(_shape(info.item_type, types, names),), limits=limits)
    if isinstance(info, inspect.TupleType):
        return Shape(kind="tuple", items=tuple(_shape(item, types, names) for item in info.item_types))
    if isinstance(info, inspect.DictType):
        items = (_shape(info.key_type, types, names), _shape(info.value_type, types, names))
        return Shape(kind="map", items=items, limits=limits)
    if isinstance(info, inspect.UnionType):
        members = [_shape(member, types, names) for member in info.types]
        return Shape(
            kind="union", items=tuple(sorted(members, key=lambda member: (member.kind == "null", str(member))))
        )
    if isinstance(info, inspect.LiteralType):
        return Shape(kind="enum", values=_sorted(info.values))
    if isinstance(info, inspect.EnumType):
        values = [plain(member) for member in info.cls]
        return Shape(kind="enum", values=_sorted(values), open=_is_open(info.cls))
    if isinstance(info, inspect.DataclassType):
        return Shape(kind="object", type=_object(info, types, names))
    raise TypeError(f"{info} is no type that an event can carry: use dataclasses, enums, tuples and plain values.")


def _object(info: inspect.DataclassType, types: dict[str, dict[str, Field]], names: dict[Any, str]) -> str:
    if info.cls not in names:
        name = info.cls.__name__
        if name in names.values():
            name = f"{info.cls.__module__}.{info.cls.__qualname__}"
        names[info.cls] = name
        types[name] = {}  # a class that holds itself finds its name taken
        types[name] = _fields(info, types, names)
    return names[info.cls]


def _is_open(cls: type[enum.Enum]) -> bool:
    try:
        return isinstance(cls(UNKNOWN_VALUE), cls)
    except ValueError:
        return False


def _sorted(values: Any) -> tuple[str | int, ...]:
    return tuple(sorted(values, key=lambda value: (isinstance(value, str), value)))


def plain(value: Any) -> Any:
    """The value as its JSON reads."""
    return msgspec.json.decode(encode(value))
