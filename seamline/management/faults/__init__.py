"""The actions of ``manage.py faults``, one file each; the command lists what stands in ``ACTIONS``."""

from __future__ import annotations

from seamline.management.events.output import Action
from seamline.management.faults import add, listing, remove

ACTIONS: tuple[Action, ...] = (listing, add, remove)
