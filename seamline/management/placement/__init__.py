"""The actions of ``manage.py placement``, one file each; the command lists what stands in ``ACTIONS``."""

from __future__ import annotations

from seamline.management.events.output import Action
from seamline.management.placement import history, setting, show

ACTIONS: tuple[Action, ...] = (show, setting, history)
