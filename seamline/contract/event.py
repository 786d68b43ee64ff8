"""Events: facts in the past tense that a module publishes and others may subscribe to.

An event has a stable name and a schema version, never a class path. This file may not know how events are stored.
"""

from __future__ import annotations

from typing import Any, ClassVar, dataclass_transform

_EVENTS: dict[str, type[Event]] = {}


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Event:
    """Root of all events. Subclasses are frozen, slotted, keyword-only dataclasses.

    >>> @dataclass(frozen=True, slots=True, kw_only=True)
    ... class OrderPlaced(Event, name="orders.order_placed", key="order_id"):
    ...     order_id: OrderId

    ``name`` is ``<module>.<fact>`` and never changes once released; ``key`` names the field whose value orders the
    events: those with the same key are delivered in the order of their commits. ``schema_version`` counts
    incompatible changes of the payload.
    """

    __slots__ = ()

    event_name: ClassVar[str] = ""
    event_key: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1

    def __init_subclass__(
        cls, *, name: str | None = None, key: str | None = None, schema_version: int | None = None, **kwargs: Any
    ) -> None:
        super().__init_subclass__(**kwargs)
        # A slotted dataclass is built twice, the second time without these keywords: the class body keeps them.
        if name is not None:
            cls.event_name = name
        if key is not None:
            cls.event_key = key
        if schema_version is not None:
            cls.schema_version = schema_version
        if not cls.event_name or not cls.event_key:
            raise TypeError(
                f"{cls.__qualname__} needs a name and a key: class {cls.__name__}(Event, name=..., key=...)."
            )
        known = _EVENTS.get(cls.event_name)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(
                f"Two events share the name {cls.event_name!r}: {known.__module__}.{known.__qualname__} and "
                f"{cls.__module__}.{cls.__qualname__}. Names are stable and unique; rename the newer one."
            )
        _EVENTS[cls.event_name] = cls

    @property
    def key(self) -> str:
        """The value that orders this event among others: the text of the field named by ``event_key``."""
        return str(getattr(self, self.event_key))


def event_for_name(name: str) -> type[Event] | None:
    """The event class with this name, or None where no loaded contract declares it."""
    return _EVENTS.get(name)


def module_of(event: type[Event]) -> str:
    """The module that publishes the event: what stands before the dot of its name."""
    return event.event_name.partition(".")[0]


def is_event_dataclass(event: type[Event]) -> bool:
    """Whether the class is a frozen dataclass, as the codec needs it."""
    parameters: Any = getattr(event, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)
