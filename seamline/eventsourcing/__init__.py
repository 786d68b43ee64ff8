"""Event sourcing: aggregates whose state is the replay of their events, in the module's own log.

Modules import this package's names and nothing below it.
"""

from seamline.eventsourcing.aggregate import Aggregate, AggregateType, ConcurrentAppend, Personal, UnknownAggregate
from seamline.eventsourcing.difference import Difference, differences
from seamline.eventsourcing.history import Recorded
from seamline.eventsourcing.personal import FORGOTTEN
from seamline.eventsourcing.repository import Repository
from seamline.eventsourcing.subject_keys import SubjectForgotten, forget_subject
from seamline.eventsourcing.told import Histories, HistoryType, Line

__all__ = [
    "FORGOTTEN",
    "Aggregate",
    "AggregateType",
    "ConcurrentAppend",
    "Difference",
    "Histories",
    "HistoryType",
    "Line",
    "Personal",
    "Recorded",
    "Repository",
    "SubjectForgotten",
    "UnknownAggregate",
    "differences",
    "forget_subject",
]
