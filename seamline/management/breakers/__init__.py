"""The actions of ``manage.py breakers``, one file each; the command lists what stands in ``ACTIONS``."""

from __future__ import annotations

from seamline.management.breakers import force, history, listing, policy, release
from seamline.management.events.output import Action

ACTIONS: tuple[Action, ...] = (listing, force, release, history, policy)
