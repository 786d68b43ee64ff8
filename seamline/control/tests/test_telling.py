"""What a process tells of its breakers, in whichever order their threads say it."""

from __future__ import annotations

from seamline.contract.policy import BreakerPolicy
from seamline.control.telling import Teller
from seamline.resilience.breaker import Breaker, BreakerState, Transition

POLICY = BreakerPolicy(window_calls=10, minimum_calls=2, failure_rate=0.5, open_seconds=60, longest_open_seconds=60)


def test_opening_of_its_own_counts_though_the_closing_before_it_is_heard_last() -> None:
    told: list[Transition] = []
    breaker = Breaker(name="orders", policy=POLICY, on_transition=told.append)
    breaker.force(BreakerState.FORCED_OPEN)
    breaker.force(None)
    for _ in range(2):
        breaker.failure(breaker.acquire(), 0.01)
    assert [each.after for each in told][1:] == [BreakerState.CLOSED, BreakerState.OPEN]
    teller = Teller(process="one")
    for transition in reversed(told):
        teller.heard(transition)
    (standing,) = teller.standings([breaker])
    assert standing.sick
