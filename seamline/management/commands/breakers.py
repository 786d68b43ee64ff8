"""``manage.py breakers``: how the circuit breakers of all processes stand, and what operators do about them."""

from __future__ import annotations

from seamline.management.breakers import ACTIONS as BREAKER_ACTIONS
from seamline.management.control.command import ActionCommand


class Command(ActionCommand):
    """Thin: the actions are in ``seamline.management.breakers``, what they do in ``seamline.control``."""

    help = (
        "Show and steer the circuit breakers before calls to modules. Each process decides by itself in nanoseconds; "
        "a breaker opens everywhere when a majority of processes finds the module sick. What is ordered here holds in "
        "all processes within a second, until it is taken back."
    )
    ACTIONS = BREAKER_ACTIONS
    EPILOG = """\
examples:
  manage.py breakers list                                  all breakers, as one truth
  manage.py breakers force payments forced_open --reason "the provider is down until 18:00"
  manage.py breakers ACTION --help                         what an action does, with examples

exit status: 0 all well; 1 findings, such as an open breaker in 'list', or a refusal; 2 wrong usage.
"""
