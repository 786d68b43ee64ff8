"""Reading back what was known of things whose state lies in tables: from the plain events that told of each change.

Not event sourcing: the tables are the truth, and nothing is saved here. What no event told is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic

import msgspec

from seamline.contract import Event
from seamline.contract.event import module_of
from seamline.data import connection_for
from seamline.events.archived import archived_log
from seamline.events.partition import WHOLE
from seamline.events.stored import StoredEvent
from seamline.eventsourcing.aggregate import Aggregate, State, UnknownAggregate
from seamline.eventsourcing.history import Recorded
from seamline.eventsourcing.limits import limits

ARCHIVE_PAGE = 1_000
_MARK = "SELECT coalesce(max(last), 0) FROM archived_range"
_READ = """
SELECT position, event_id, name, schema_version, key, data::text, meta::text, at FROM event_log
WHERE name = ANY(%(names)s) AND position > %(after)s AND {about} ORDER BY position
"""
_BY_KEY = "key = %(id)s"
_BY_KEY_OR_LINE = "(key = %(id)s OR data @> jsonb_build_object(%(list)s::text, jsonb_build_array(%(line)s::jsonb)))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where an event that is about many things names each: ``field`` of every element of ``list``."""

    list: str
    field: str


@dataclass(frozen=True, kw_only=True)
class HistoryType(Generic[State]):
    """One kind of thing whose changes are told by public events.

    >>> HistoryType(module="orders", name="order", events=(OrderPlaced, OrderCancelled), state=Known, initial=Known,
    ...     evolve=evolve)

    Its events are those with its id as their key and, where ``line`` is given, those that name it in a list. ``evolve``
    is given the id too: ``evolve(state, event, id)``.
    """

    module: str
    name: str
    events: tuple[type[Event], ...]
    state: type[State]
    initial: Callable[[], State]
    evolve: Callable[[State, Any, str], State]
    line: Line | None = None
    permission: str = ""
    """Django's permission that operators need to read it back over HTTP; without one only those who may do all can."""
    hidden: tuple[str, ...] = ()
    """Names of fields whose values are shown to nobody, at any depth: tokens, references that can be used."""

    def __post_init__(self) -> None:
        strangers = [event.event_name for event in self.events if module_of(event) != self.module]
        if strangers or not self.events:
            raise ValueError(
                f"The history {self.module}.{self.name} needs events of its own module; it has "
                f"{', '.join(strangers) or 'none'}."
            )

    @property
    def full_name(self) -> str:
        """``module.name``."""
        return f"{self.module}.{self.name}"


class Histories(Generic[State]):
    """Reads things of one kind back."""

    def __init__(self, type_: HistoryType[State]) -> None:
        self.type = type_

    def get(self, id: object, *, as_of: datetime | int | None = None) -> Aggregate[State]:
        """What was known of a thing: now, at a time, or after so many events.

        :raises UnknownAggregate: nothing was told of it by then.
        :raises ValueError: the time is naive, or the number below 1.
        """
        version, at = limits(as_of)
        state, count, last = self.type.initial(), 0, None
        for recorded in self.histories([id]).get(str(id), [])[:version]:
            if recorded.at > at:
                break
            state = self.type.evolve(state, recorded.event, str(id))
            count, last = recorded.version, recorded.at
        if last is None:
            then = "" if as_of is None else f" as of {as_of}"
            raise UnknownAggregate(f"Nothing was told of {self.type.full_name} {id}{then}.")
        return Aggregate(id=str(id), state=state, version=count, at=last)

    def histories(self, ids: Iterable[object]) -> dict[str, list[Recorded]]:
        """What was told of each, in the order of the log; archived events are read too."""
        found = {}
        for id in map(str, ids):
            events = [_recorded(stored, version) for version, stored in enumerate(self._stored(id), start=1)]
            if events:
                found[id] = events
        return found

    def _stored(self, id: str) -> list[StoredEvent]:
        names = [event.event_name for event in self.type.events]
        line = self.type.line
        parameters: dict[str, Any] = {"id": id, "names": names}
        if line is not None:
            parameters |= {"list": line.list, "line": msgspec.json.encode({line.field: id}).decode()}
        statement = _READ.format(about=_BY_KEY if line is None else _BY_KEY_OR_LINE)
        with connection_for(self.type.module).cursor() as cursor:
            cursor.execute(_MARK)
            (mark,) = cursor.fetchone()
            cursor.execute(statement, parameters | {"after": mark})
            logged = [StoredEvent(*row) for row in cursor.fetchall()]
        return self._archived(id, names, until=mark) + logged

    def _archived(self, id: str, names: Sequence[str], *, until: int) -> list[StoredEvent]:
        found: list[StoredEvent] = []
        after = 0
        while after < until:
            page, after = archived_log().read(
                publisher=self.type.module, after=after, limit=ARCHIVE_PAGE, names=names, partition=WHOLE
            )
            found += [stored for stored in page if self._is_about(stored, id)]
        return found

    def _is_about(self, stored: StoredEvent, id: str) -> bool:
        line = self.type.line
        if stored.key == id or line is None:
            return stored.key == id
        lines = msgspec.json.decode(stored.data).get(line.list) or []
        return any(str(each.get(line.field)) == id for each in lines)


def _recorded(stored: StoredEvent, version: int) -> Recorded:
    return Recorded(
        stream="",
        version=version,
        position=stored.position,
        event_id=stored.event_id,
        name=stored.name,
        at=stored.at,
        event=stored.decode(),
        meta=msgspec.json.decode(stored.meta),
        hash=b"",
    )
