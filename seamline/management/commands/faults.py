"""``manage.py faults``: inject faults into calls, to see whether what should survive them does."""

from __future__ import annotations

from seamline.management.control.command import ActionCommand
from seamline.management.faults import ACTIONS as FAULT_ACTIONS


class Command(ActionCommand):
    """Thin: the actions are in ``seamline.management.faults``, what they do in ``seamline.control``."""

    help = (
        "Inject faults into calls between modules: latency, errors, hanging, broken connections. Each concerns a "
        "module, maybe one operation or instance, a percentage of calls, and ends by itself. Not allowed in production "
        "unless SEAMLINE_FAULTS says so."
    )
    ACTIONS = FAULT_ACTIONS
    EPILOG = """\
examples:
  manage.py faults add latency recommendations --seconds 2 --percent 30 --lasts 300 --reason "game day"
  manage.py faults list                                    what is injected now
  manage.py faults ACTION --help                           what an action does, with examples

exit status: 0 all well; 1 findings, such as a fault in 'list', or a refusal; 2 wrong usage.
"""
