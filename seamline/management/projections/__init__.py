"""The actions of ``manage.py projections``, one file each; the command lists what stands in ``ACTIONS``."""

from __future__ import annotations

from seamline.management.events.output import Action
from seamline.management.projections import accept, cancel, compare, listing, rebuild, status

ACTIONS: tuple[Action, ...] = (listing, status, rebuild, compare, cancel, accept)
