"""A hosted log over HTTP: read, with long poll; fetch; its end; how far behind a position is; who reads it."""

from __future__ import annotations

from seamline.events.behind import Behind
from seamline.events.feed_api.long_poll import read_or_wait
from seamline.events.feed_api.signed_view import signed_body, signed_query
from seamline.events.feed_readers import ToldPositions, note_readers
from seamline.events.feed_wire import (
    MOST_READERS,
    EndAnswer,
    EndQuery,
    FetchAnswer,
    FetchQuery,
    Query,
    ReadAnswer,
    ReadQuery,
    batch_to_wire,
    to_wire,
)
from seamline.events.shared_feed import shared_feed


@signed_query(ReadQuery)
def read(publisher: str, query: ReadQuery) -> ReadAnswer:
    """The next events, as ``Feed.read``."""
    answered, turned_away = read_or_wait(shared_feed(publisher), query)
    return batch_to_wire(answered.batch, settled=answered.settled, turned_away=turned_away)


@signed_query(FetchQuery)
def fetch(publisher: str, query: FetchQuery) -> FetchAnswer:
    """Events at positions, as ``Feed.fetch``."""
    found = shared_feed(publisher).fetch(positions=query.position)
    events = to_wire(found)
    return FetchAnswer(events=events, complete=len(events) == len(found))


@signed_query(EndQuery)
def end(publisher: str, query: EndQuery) -> EndAnswer:
    """Where the log ends, as ``Feed.end``; with a time, as ``Feed.position_at``."""
    feed = shared_feed(publisher)
    answer = feed.end(wanted=query.wanted) if query.at is None else feed.position_at(at=query.at, wanted=query.wanted)
    return EndAnswer(end=answer.end, wanted=answer.wanted)


@signed_query(Query)
def behind(publisher: str, query: Query) -> Behind:
    """How many events lie behind a position, as ``Feed.behind``."""
    return shared_feed(publisher).behind(after=query.after, names=query.names, partition=query.partition)


@signed_body(tuple[ToldPositions, ...])
def readers(publisher: str, caller: str, told: tuple[ToldPositions, ...]) -> dict[str, int]:
    """Take down how far subscriptions of the caller have come."""
    note_readers(publisher=publisher, caller=caller, told=told[:MOST_READERS])
    return {"taken": len(told[:MOST_READERS])}
