"""``manage.py placement``: which deployable serves each module that the hub hosts, and how operators change that."""

from __future__ import annotations

from seamline.management.control.command import ActionCommand
from seamline.management.placement import ACTIONS as PLACEMENT_ACTIONS


class Command(ActionCommand):
    """Thin: the actions are in ``seamline.management.placement``, what they do in ``seamline.placement``."""

    help = (
        "Show and change who serves a module: the hub, or a service that hosts it beside the hub against the same "
        "data. All processes of the hub obey within a fraction of a second; while no instance of it can be reached "
        "the hub answers itself, so nothing is lost by placing a module too early."
    )
    ACTIONS = PLACEMENT_ACTIONS
    EPILOG = """\
examples:
  manage.py placement show                                                 who serves what, and who follows
  manage.py placement set orders service --reason "its own team deploys it"
  manage.py placement set orders here --reason "back, the service leaks"
  manage.py placement ACTION --help                                        what an action does, with examples

exit status: 0 all well; 1 findings, such as a process that lags behind, or a refusal; 2 wrong usage.
"""
