"""The actions of ``manage.py carve``, one file each; the command lists what stands in ``ACTIONS`` and nothing else."""

from __future__ import annotations

from seamline.management.carve import cutover, finalise, resume, rollback, shadow, start, status, verify
from seamline.management.events.output import Action

ACTIONS: tuple[Action, ...] = (start, status, verify, shadow, cutover, rollback, resume, finalise)
