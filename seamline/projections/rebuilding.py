"""Making a projection anew: build beside the live one, catch up, compare, swap, drop; from any step after a crash.

What is to be done next stands in the database before it is done, so whoever comes next goes on there. This file may
not write rows of projections.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from seamline.data import atomic, current_transaction
from seamline.data.migration import as_owner
from seamline.data.roles import rebuild_schema, retired_schema, schema_of
from seamline.events.feed import feed_for
from seamline.history.requesting import position_of
from seamline.modules.registry import module_named
from seamline.placement.here import works_here
from seamline.projections.aligning import NotComparable, aligned
from seamline.projections.building import Builder, RebuildGone
from seamline.projections.comparing import TableComparison, compare_tables
from seamline.projections.fingerprint import fingerprint
from seamline.projections.rebuild import Rebuild, Step, begin, forget, rebuilds, set_step
from seamline.projections.record import projections
from seamline.projections.sessions import rebuild_lock
from seamline.projections.shape import Shape, drop_tables, has_tables, make_schema, search_path
from seamline.projections.swapping import SwapRefused, swap

SWAPS = 10
"""Times that the swap is tried, catching up before each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a rebuild or a comparison came to."""

    name: str
    version: int
    fingerprint: str
    resumed: bool
    """It went on where an earlier process had ended."""
    handled: int
    """Events that the new rows are made of."""
    seconds: float
    """Time spent on handling them."""
    comparisons: tuple[TableComparison, ...]
    not_compared: str
    """Why live and new rows were not compared; empty where they were."""
    swapped: bool

    @property
    def is_equal(self) -> bool:
        """Whether every row of both sides says the same; false where that is not known."""
        return not self.not_compared and all(each.is_equal for each in self.comparisons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """Who is told how a rebuild goes on."""

    step: Callable[[Step], None] = lambda step: None
    """Before each step."""
    handled: Callable[[int], None] = lambda handled: None
    """After each commit, with its events."""


_UNWATCHED = Watching()


def rebuild(
    name: str,
    *,
    compare: bool = True,
    only_if_equal: bool = False,
    requested_by: str = "",
    watching: Watching = _UNWATCHED,
) -> Outcome:
    """Make a projection's rows anew and put them in place, or go on with what was begun.

    :param compare: compare live and new rows before the swap.
    :param only_if_equal: leave the live rows in place where a single one differs, and drop the new ones.
    :raises LookupError: no hosted module has it, it is placed elsewhere, or a publisher's log cannot be reached.
    :raises ValueError: it has not begun to read, or its tables cannot be made again.
    :raises AlreadyRebuilding: somebody else is at it.
    :raises RebuildFailed: the handler failed at an event.
    :raises SwapRefused: readers hold the tables for too long, or the module is being moved.
    :raises RuntimeError: a transaction is open in this thread.
    """
    run = _Run(name, requested_by=requested_by, watching=watching)
    with rebuild_lock(run.module, name):
        found = run.prepare()
        if found.step is Step.DROPPING:
            return run.drop(run.outcome(found))
        outcome = run.build(compare=compare or only_if_equal)
        if only_if_equal and not outcome.is_equal:
            run.discard()
            return outcome
        run.swap()
        return run.drop(outcome)


def compare(name: str, *, requested_by: str = "", watching: Watching = _UNWATCHED) -> Outcome:
    """Make a projection's rows anew, compare them with the live ones, and drop them.

    :raises NotComparable: events are on its shelf, or live delivery was always faster.
    :raises Exception: as of ``rebuild``.
    """
    run = _Run(name, requested_by=requested_by, watching=watching)
    with rebuild_lock(run.module, name):
        found = run.prepare()
        if found.step is Step.DROPPING:
            run.drop(run.outcome(found))
            run.prepare()
        outcome = run.build(compare=True)
        run.discard()
        if outcome.not_compared:
            raise NotComparable(outcome.not_compared)
        return outcome


def cancel(name: str) -> bool:
    """Drop what was built of a rebuild that nobody works on.

    :returns: whether there was one.
    :raises AlreadyRebuilding: somebody works on it; end that process first.
    """
    run = _Run(name, requested_by="", watching=Watching())
    with rebuild_lock(run.module, name):
        found = rebuilds(run.module).get(name)
        if found is None:
            return False
        if found.step is Step.DROPPING:
            run.drop(run.outcome(found))
        else:
            run.discard()
        return True


class _Run:
    """One process's work on one rebuild, under its lock."""

    def __init__(self, name: str, *, requested_by: str, watching: Watching) -> None:
        if (current := current_transaction()) is not None:
            raise RuntimeError(f"A rebuild was begun inside atomic({current.module!r}); begin it after the commit.")
        self.module, self.projection = next(iter(projections(name)))
        if not works_here(self.module):
            raise LookupError(f"{self.module!r} is placed elsewhere at the moment; run this in its own service.")
        self._fingerprint = fingerprint(self.projection)
        self._requested_by = requested_by
        self._watching = watching
        self._resumed = False
        extensions = module_named(self.module).extensions
        self._builder = Builder(
            module=self.module,
            projection=self.projection,
            path=(schema_of(self.module),) if extensions else (),
        )

    def prepare(self) -> Rebuild:
        """What is there to go on with; new tables and a new row where that is nothing, or of other code."""
        name, tables = self.projection.name, self.projection.filled
        found = rebuilds(self.module).get(name)
        if found is not None and found.step is Step.DROPPING:
            self._resumed = True
            return found
        if found is not None and found.fingerprint == self._fingerprint and has_tables(self.module, tables):
            self._resumed = True
            return found
        self._builder.live()
        starts = {publisher: self._start(publisher) for publisher in self.projection.publishers}
        wanted = sum(self._wanted(publisher, after=start) for publisher, start in starts.items())
        schema = rebuild_schema(schema_of(self.module))
        with as_owner(self.module), atomic(self.module):
            forget(self.module, name)
            drop_tables(self.module, schema, tables)
            make_schema(self.module, schema)
            with search_path(self.module, "pg_catalog"):
                Shape(self.module, tables).create()
            begin(
                self.module,
                name=name,
                version=self.projection.version,
                fingerprint=self._fingerprint,
                wanted=wanted,
                requested_by=self._requested_by,
                positions=starts,
            )
        return rebuilds(self.module)[name]

    def build(self, *, compare: bool) -> Outcome:
        """Fill the new tables, index them, and compare them with the live ones."""
        found = self._builder.start()
        self._tell(Step.FILLING)
        self._builder.fill(progress=self._watching.handled)
        if found.step is Step.FILLING:
            set_step(self.module, self.projection.name, Step.INDEXING)
        self._tell(Step.INDEXING)
        with as_owner(self.module), atomic(self.module), search_path(self.module, "pg_catalog"):
            Shape(self.module, self.projection.filled).create_indexes()
        set_step(self.module, self.projection.name, Step.COMPARING)
        self._builder.fill(progress=self._watching.handled)
        self._tell(Step.COMPARING)
        comparisons, reason = self._compared() if compare else ((), "it was not wanted")
        set_step(self.module, self.projection.name, Step.SWAPPING)
        return self.outcome(rebuilds(self.module)[self.projection.name], comparisons=comparisons, reason=reason)

    def swap(self) -> None:
        """Put the new tables in place, catching up as often as needed."""
        self._tell(Step.SWAPPING)
        for attempt in range(1, SWAPS + 1):
            self._builder.start()
            self._builder.fill(progress=self._watching.handled)
            try:
                swap(
                    module=self.module,
                    projection=self.projection,
                    builder=self._builder,
                    fingerprint=self._fingerprint,
                )
            except RebuildGone as error:
                if attempt == SWAPS:
                    raise SwapRefused(
                        f"{error} Try again: manage.py projections rebuild {self.projection.name}"
                    ) from error
            else:
                return

    def drop(self, outcome: Outcome) -> Outcome:
        """Drop the tables that were replaced, and what is stored of the rebuild."""
        self._tell(Step.DROPPING)
        live = schema_of(self.module)
        with as_owner(self.module), atomic(self.module):
            drop_tables(self.module, retired_schema(live), self.projection.filled)
            drop_tables(self.module, rebuild_schema(live), self.projection.filled)
            forget(self.module, self.projection.name)
        return replace(outcome, swapped=True)

    def discard(self) -> None:
        """Drop the new tables, and what is stored of the rebuild."""
        with as_owner(self.module), atomic(self.module):
            drop_tables(self.module, rebuild_schema(schema_of(self.module)), self.projection.filled)
            forget(self.module, self.projection.name)

    def outcome(
        self, found: Rebuild, *, comparisons: tuple[TableComparison, ...] = (), reason: str = "it was compared before"
    ) -> Outcome:
        """What is known now; not swapped yet."""
        return Outcome(
            name=found.name,
            version=found.version,
            fingerprint=found.fingerprint,
            resumed=self._resumed,
            handled=found.handled,
            seconds=found.seconds,
            comparisons=comparisons,
            not_compared="" if comparisons else reason,
            swapped=False,
        )

    def _compared(self) -> tuple[tuple[TableComparison, ...], str]:
        try:
            with aligned(module=self.module, projection=self.projection, builder=self._builder) as session:
                return compare_tables(session, module=self.module, tables=self.projection.filled), ""
        except NotComparable as error:
            return (), str(error)

    def _start(self, publisher: str) -> int:
        start = self.projection.start
        if not isinstance(start, datetime):
            return 0
        feed = feed_for(publisher)
        if feed is None:
            raise LookupError(f"This process has no way to the log of {publisher!r}; run this where one is.")
        return position_of(start, feed=feed)

    def _wanted(self, publisher: str, *, after: int) -> int:
        feed = feed_for(publisher)
        return feed.behind(after=after, names=self.projection.names_of(publisher)).events if feed is not None else 0

    def _tell(self, step: Step) -> None:
        self._watching.step(step)
