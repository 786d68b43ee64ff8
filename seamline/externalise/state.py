"""How each target stands: how far behind, what was sent, and whether its broker answers now. This file only looks."""

from __future__ import annotations

from dataclasses import dataclass

from seamline.data import connection_for
from seamline.events import lag, sums
from seamline.externalise.outlet import outlets
from seamline.externalise.sending import BrokerUnavailable, new_sender

_LAST_ERROR = """
SELECT error FROM parked_event WHERE subscription = %s AND status IN ('retrying', 'parked')
ORDER BY last_failed_at DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetState:
    """One target of one publisher."""

    publisher: str
    target: str
    kind: str
    url: str
    """Without user and password."""
    subscription: str
    """Under this name it is paused, replayed, redriven."""
    sent: int
    """Events that are dealt with since the target began; those that were put aside count too."""
    behind: int
    seconds: float
    """Age of the oldest event that is not sent."""
    estimated: bool
    rate: float
    parked: int
    retrying: int
    paused: bool
    reachable: bool
    """The broker takes a connection now."""
    error: str
    """Why it does not, or what was refused last; empty where all is well."""

    @property
    def failing(self) -> bool:
        """Whether somebody should look at it."""
        return not self.reachable or self.parked > 0 or self.retrying > 0


def target_states() -> tuple[TargetState, ...]:
    """All targets of the hosted publishers; connects to each broker once, for a few seconds at most.

    :raises django.db.Error: a database cannot be reached.
    """
    states = {(each.subscription, each.publisher): each for each in sums(lag())}
    problems: dict[str, str] = {}
    found = []
    for publisher, outlet in outlets():
        target, state = outlet.target, states[outlet.name, publisher]
        if target.url not in problems:
            sender = new_sender(target)
            try:
                sender.probe()
            except BrokerUnavailable as error:
                problems[target.url] = str(error)
            else:
                problems[target.url] = ""
            finally:
                sender.close()
        problem = problems[target.url]
        found.append(
            TargetState(
                publisher=publisher,
                target=target.name,
                kind=target.kind.value,
                url=target.shown_url,
                subscription=outlet.name,
                sent=state.handled,
                behind=state.events,
                seconds=state.seconds,
                estimated=state.estimated,
                rate=state.rate,
                parked=state.parked,
                retrying=state.retrying,
                paused=state.paused,
                reachable=not problem,
                error=problem or _last_error(publisher, outlet.name),
            )
        )
    return tuple(found)


def _last_error(publisher: str, subscription: str) -> str:
    with connection_for(publisher).cursor() as cursor:
        cursor.execute(_LAST_ERROR, [subscription])
        row = cursor.fetchone()
    return row[0] if row else ""
