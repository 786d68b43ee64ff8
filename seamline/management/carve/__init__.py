"""The actions of ``manage.py carve``, one file each; the command lists what stands in ``ACTIONS`` and nothing else."""

from __future__ import annotations

from seamline.management.carve import (
    cutover,
    extract,
    finalise,
    plan,
    resume,
    rollback,
    shadow,
    shrink,
    start,
    status,
    verify,
)
from seamline.management.events.output import Action

ACTIONS: tuple[Action, ...] = (
    plan,
    start,
    status,
    verify,
    shadow,
    cutover,
    rollback,
    resume,
    finalise,
    extract,
    shrink,
)
