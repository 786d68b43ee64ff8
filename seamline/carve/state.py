"""How every carve stands, asked of the two servers: for ``carve status``, the API and the console. Only reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

import psycopg
from django.conf import settings

from seamline.carve.book import Book, Entry
from seamline.carve.carving import Carving
from seamline.carve.move.cutover import standing
from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.following import Copying, Lag, copying, lag
from seamline.carve.service import is_running
from seamline.carve.shadow.switching import shadow_report
from seamline.carve.shadow.values import ShadowReport
from seamline.control.board import BoardAway
from seamline.data.route import RouteState
from seamline.embedded import EmbeddedServerError

MOST_KEPT = 1_000_000_000
"""Bytes of log that a server keeps for the other one before an operator should look."""


class Phase(StrEnum):
    """How far a carve is."""

    COPYING = "copying"
    READY = "ready"
    CARVED = "carved"
    FINAL = "final"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One carve."""

    module: str
    phase: Phase
    source: str
    target: str
    epoch: int = 0
    copying: Copying | None = None
    forward: Lag | None = None
    backward: Lag | None = None
    service: str = ""
    shadow: ShadowReport | None = None
    problems: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For people, a few lines."""
        where = self.target if self.phase in (Phase.CARVED, Phase.FINAL) else self.source
        lines = [f"{self.module}: {self.phase}; data at {where} (epoch {self.epoch})"]
        lines.append(f"  from {self.source} to {self.target}")
        if self.copying is not None and self.phase is Phase.COPYING:
            left = self.copying.seconds_left
            lines.append(
                f"  copied {self.copying.ready}/{self.copying.tables} tables, {self.copying.rows:,} of about "
                f"{self.copying.rows_expected:,} rows" + (f", {left:.0f} s left" if left else "")
            )
        for name, behind in (("target", self.forward), ("source", self.backward)):
            if behind is not None:
                lines.append(
                    f"  {name} is {behind.bytes:,} bytes behind{'' if behind.active else ', NOT CONNECTED'}, "
                    f"{behind.errors} errors"
                )
        if self.service:
            lines.append(f"  service: {self.service}")
        if self.shadow is not None:
            lines.append(f"  {self.shadow.line}")
        lines += [f"  ! {problem}" for problem in self.problems]
        return "\n".join(lines)


def all_states() -> Iterator[State]:
    """Every carve of this installation."""
    for entry in Book(settings.BASE_DIR).entries():
        yield state_of(Carving(module=entry.module))


def state_of(carving: Carving) -> State:
    """How the module's carve stands."""
    entry = carving.entry
    try:
        return _asked(carving, entry)
    except (psycopg.OperationalError, EmbeddedServerError) as error:
        line = (str(error).strip().splitlines() or ["no answer"])[0]
        return State(
            module=carving.module, phase=Phase.UNKNOWN, source="", target="", problems=(f"a server is away: {line}",)
        )


def _asked(carving: Carving, entry: Entry) -> State:
    move = carving.move(entry)
    stands = standing(move)
    progress, forward, backward, problems = None, None, None, []
    with move.source.connect(module=move.module) as source, move.target.connect(module=move.module) as target:
        if stands.forward:
            progress = copying(move, source, target, began=time.monotonic())
            forward = _lag(lambda: lag(move, source, target))
        if stands.backward:
            backward = _lag(lambda: lag(move.reversed(), target, source))
    for behind in (forward, backward):
        if behind is not None and not behind.active:
            problems.append("a subscription is not connected: its server's log says why")
        if behind is not None and behind.bytes > MOST_KEPT:
            problems.append(f"{behind.bytes:,} bytes of log are kept for a server that does not take them")
    if entry.final:
        phase = Phase.FINAL
    elif stands.flipped:
        phase = Phase.CARVED
        if stands.target is not None and stands.target.state is not RouteState.HERE:
            problems.append("the flip was decided and not completed: run 'manage.py carve resume'")
    elif progress is not None and progress.tables and progress.ready == progress.tables and stands.backward:
        phase = Phase.READY
    else:
        phase = Phase.COPYING
    shadow = shadow_of(carving.module)
    if shadow is not None and shadow.real and phase in (Phase.COPYING, Phase.READY):
        problems.append(
            f"{shadow.real:,} shadow reads were answered in another way at the target: 'carve shadow' tells"
        )
    service = ""
    if entry.service is not None and entry.service.runs == "here":
        running = is_running(entry.service)
        service = f"{entry.service.url} (process {entry.service.pid}{'' if running else ', NOT RUNNING'})"
    known = [pointer.place.epoch for pointer in (stands.source, stands.target) if pointer is not None]
    return State(
        module=carving.module,
        phase=phase,
        source=str(move.source.place),
        target=str(move.target.place),
        epoch=max(known, default=0),
        copying=progress,
        forward=forward,
        backward=backward,
        service=service,
        shadow=shadow,
        problems=tuple(problems),
    )


def shadow_of(module: str) -> ShadowReport | None:
    """What shadow reads have found, where there were any and the hub's database answers."""
    with suppress(BoardAway):
        report = shadow_report(module)
        return report if report.share or report.operations else None
    return None


def _lag(ask: Callable[[], Lag]) -> Lag | None:
    try:
        return ask()
    except MoveRefused:
        return None
