"""A module for the tests of sagas: a journey of three bookings, each of which can be told to fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from seamline.contract import ContractError, ErrorKind
from seamline.data import atomic, connection_for
from seamline.data.databases import databases
from seamline.modules import Module, registry
from seamline.sagas import Failure, Retry, Runner, Saga, Step, StepRun, Wait, start

TRIPS = "sample_trips"
EFFECT = "CREATE TABLE IF NOT EXISTS trip (id text PRIMARY KEY, outcome text NOT NULL)"


@dataclass(eq=False, kw_only=True)
class TripsError(ContractError, module=TRIPS):
    """Root of the sample's errors."""


@dataclass(eq=False, kw_only=True)
class FullyBooked(TripsError):
    """Nothing is left."""

    place: str


@dataclass(eq=False, kw_only=True)
class Busy(TripsError, kind=ErrorKind.UNAVAILABLE):
    """Ask again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TripState:
    trip: str
    booked: tuple[str, ...] = ()


class World:
    """What the steps did outside: each key has its effect once. ``errors`` are raised by name, first come first."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.keys: Counter[str] = Counter()
        self.errors: dict[str, list[Exception]] = {}
        self.during: Callable[[str], None] = lambda name: None
        self.outcomes: list[tuple[str, Any]] = []

    def book(self, run: StepRun[TripState], name: str) -> TripState:
        self._called(run, name)
        return replace(run.state, booked=(*run.state.booked, name))

    def cancel(self, run: StepRun[TripState], name: str) -> None:
        self._called(run, name)

    def _called(self, run: StepRun[TripState], name: str) -> None:
        self.calls.append(name)
        self.during(name)
        if self.errors.get(name):
            raise self.errors[name].pop(0)
        self.keys[run.key] += 1


world = World()


def _step(name: str, **options: Any) -> Step[TripState]:
    return Step(
        name=name,
        action=lambda run: world.book(run, name),
        compensation=lambda run: world.cancel(run, f"cancel {name}"),
        **options,
    )


def complete(state: TripState) -> str:
    _write(state.trip, "booked " + ",".join(state.booked))
    if world.errors.get("complete"):
        raise world.errors["complete"].pop(0)
    return "booked"


def reject(state: TripState, failure: Failure) -> str:
    _write(state.trip, f"rejected by {failure.step}: {failure.code} {failure.data}")
    if world.errors.get("reject"):
        raise world.errors["reject"].pop(0)
    return "rejected"


QUICK = Retry(attempts=3, first=0.01, stuck_after=2)
TRIP = Saga(
    name=f"{TRIPS}.trip",
    version=1,
    module=TRIPS,
    state=TripState,
    steps=(_step("flight", retry=QUICK), _step("hotel", retry=QUICK), _step("car", retry=QUICK)),
    complete=complete,
    reject=reject,
)
FOR_EVER = replace(
    TRIP,
    name=f"{TRIPS}.refund",
    steps=(_step("flight", recorded=False), _step("hotel", retry=replace(QUICK, attempts=None))),
)


def _paid(state: TripState, data: Any) -> TripState:
    if data["refused"]:
        raise FullyBooked(place="bank")
    return replace(state, booked=(*state.booked, f"paid {data['euros']}"))


PAID_LATER = replace(
    TRIP,
    name=f"{TRIPS}.paid_later",
    steps=(
        _step("flight", retry=QUICK),
        Wait(name="payment", signal="paid", until=timedelta(hours=1), take=_paid),
        _step("hotel", retry=QUICK),
    ),
)
NEXT_DAY = replace(
    TRIP,
    name=f"{TRIPS}.next_day",
    steps=(_step("flight", retry=QUICK), Wait(name="night", until=timedelta(hours=8)), _step("hotel", retry=QUICK)),
)


def _write(trip: str, outcome: str) -> None:
    with connection_for(TRIPS).cursor() as cursor:
        cursor.execute("INSERT INTO trip (id, outcome) VALUES (%s, %s)", [trip, outcome])


def outcome(trip: str) -> str | None:
    """How the trip ended, as its module's own table says."""
    with connection_for(TRIPS).cursor() as cursor:
        cursor.execute("SELECT outcome FROM trip WHERE id = %s", [trip])
        row = cursor.fetchone()
        return row[0] if row else None


def begun(trip: str, *, saga: Saga[TripState] = TRIP) -> Runner:
    """A saga that is written down and not yet run."""
    with atomic(TRIPS):
        return start(saga, id=trip, state=TripState(trip=trip))


def make_due() -> None:
    """As if all waits and leases were over."""
    with connection_for(TRIPS).cursor() as cursor:
        cursor.execute(
            """UPDATE saga_instance SET next_at = now() - interval '1 second',
            lease_until = CASE WHEN lease_owner IS NOT NULL THEN now() - interval '1 second' END"""
        )


def pass_hours() -> None:
    """As if every wait had begun, and every saga been started, a day earlier."""
    with connection_for(TRIPS).cursor() as cursor:
        cursor.execute(
            """UPDATE saga_instance SET next_at = next_at - interval '1 day',
            wait_until = wait_until - interval '1 day',
            created_at = created_at - interval '1 day'"""
        )


def add_alias() -> None:
    """Let this process reach the sample's schema."""
    made = databases(url=settings.DATABASE_URL, modules=(TRIPS,), secret=settings.SEAMLINE_SECRET, pool_size=None)
    settings.DATABASES[TRIPS] = made[TRIPS]
    connections.settings[TRIPS] = connections.configure_settings({"default": {}, TRIPS: made[TRIPS]})[TRIPS]


def remove_alias() -> None:
    """Forget it again."""
    connections[TRIPS].close()
    del connections[TRIPS]
    settings.DATABASES.pop(TRIPS)
    connections.settings.pop(TRIPS, None)


def host(*names: str) -> None:
    """Make the sample, with these sagas of this file in its manifest, the only hosted module."""
    registry._HOSTED.clear()
    registry.register(Module(name=TRIPS, owner="tests", sagas=tuple(f"{__name__}:{name}" for name in names)))
