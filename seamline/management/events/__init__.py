"""The actions of ``manage.py events``, one file each; the command lists what stands in ``ACTIONS`` and nothing else.

An action is a module with what ``Action`` names. A new one is a file here and a name in the tuple.
"""

from __future__ import annotations

from seamline.management.events import (
    archive,
    asyncapi,
    discard,
    externalise,
    parked,
    pause,
    readers,
    redrive,
    replay,
    replays,
    resume,
    schemas,
    status,
)
from seamline.management.events.output import Action

ACTIONS: tuple[Action, ...] = (
    status,
    parked,
    redrive,
    discard,
    pause,
    resume,
    readers,
    externalise,
    archive,
    replay,
    replays,
    schemas,
    asyncapi,
)
