"""The actions of ``manage.py ledger``, one file each; the command lists what stands in ``ACTIONS``."""

from __future__ import annotations

from seamline.management.events.output import Action
from seamline.management.ledger import anchor, diff, forget, history, listing, show, verify

ACTIONS: tuple[Action, ...] = (listing, verify, show, history, diff, anchor, forget)
