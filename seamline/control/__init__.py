"""Operators' run-time control of calls: overrides, faults, and the breakers of a host group as one truth.

Use cases are files of their own; entries (commands, API, admin) import them from here. ``start_control`` begins the
exchange of a process with the board.
"""

from seamline.control.add_fault import FaultsNotAllowed, add_fault
from seamline.control.board import BoardAway
from seamline.control.book import acts
from seamline.control.force_breaker import force_breaker
from seamline.control.here import exchange, start_control
from seamline.control.override_policy import override_policy
from seamline.control.overview import Overview, history, overview
from seamline.control.release_breaker import release_breaker
from seamline.control.remove_fault import remove_fault
from seamline.control.restore_policy import restore_policy

__all__ = [
    "BoardAway",
    "FaultsNotAllowed",
    "Overview",
    "acts",
    "add_fault",
    "exchange",
    "force_breaker",
    "history",
    "override_policy",
    "overview",
    "release_breaker",
    "remove_fault",
    "restore_policy",
    "start_control",
]
