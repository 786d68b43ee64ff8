"""One process of a host group for tests: it calls a sick or a healthy callee as it is told, line by line.

``python -m seamline.control.tests.member`` reads ``fail N``, ``work N`` or ``state`` and answers each with one line.
"""

from __future__ import annotations

import sys

import django

CALLEE = "inventory"


def main() -> None:
    django.setup()
    from seamline.contract.policy import BreakerPolicy
    from seamline.control import start_control
    from seamline.resilience import faults
    from seamline.resilience.breaker import BreakerOpen
    from seamline.resilience.breakers import breaker_of

    exchange = start_control()
    assert exchange is not None
    policy = BreakerPolicy(window_calls=20, minimum_calls=4, open_seconds=2.0, longest_open_seconds=2.0, probes=1)
    breaker = breaker_of(CALLEE, policy)
    breaker.policy = policy  # whoever was imported may have used it already
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        action, _, number = line.strip().partition(" ")
        for _ in range(int(number or 0)):
            try:
                permit = breaker.acquire()
            except BreakerOpen:
                continue
            if action == "fail":
                breaker.failure(permit, 0.01)
            else:
                breaker.success(permit, 0.01)
        seen = breaker.snapshot()
        drawn = faults.drawn(CALLEE, "reserve")
        sys.stdout.write(f"{seen.state}|{seen.reason}|{drawn.id if drawn else ''}|{exchange.away_seconds:.1f}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
