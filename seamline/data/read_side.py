"""The read side of a module: an alias of its own for reading read models, so that reading scales apart from writing.

``<MODULE>_READ_DATABASE_URL`` names a replica; without one, or while it cannot be reached, reads go to the module's own
alias. This file may not know what is read.
"""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.db import DatabaseError, connections

from seamline.data.places import known_place
from seamline.data.transaction import current_transaction

SUFFIX = "_read"
REST = 5.0
"""Seconds for which a replica that could not be reached is left alone."""

logger = logging.getLogger(__name__)
_away_until: dict[str, float] = {}


def read_alias(module: str) -> str:
    """The name of the alias of a module's replica, configured or not."""
    return f"{module}{SUFFIX}"


def is_read_side(alias: str) -> bool:
    """Whether an alias is a module's replica: nothing is migrated there, and a process serves without it."""
    return alias.endswith(SUFFIX) and alias.removesuffix(SUFFIX) in settings.DATABASES


def read_side(module: str) -> str:
    """The alias on which a module's read models are read now: its replica, or its own.

    Its own where no replica is configured, where it cannot be reached, in a transaction of the module, which sees its
    own rows nowhere else, and once the data have moved to another server: a replica of the old one stands still.
    """
    alias = read_alias(module)
    if alias not in settings.DATABASES:
        return module
    transaction = current_transaction()
    if (transaction is not None and transaction.module == module) or known_place(module) is not None:
        return module
    if time.monotonic() < _away_until.get(alias, 0.0):
        return module
    try:
        connections[alias].ensure_connection()
    except DatabaseError as error:
        _away_until[alias] = time.monotonic() + REST
        logger.warning("The replica of %s cannot be reached, its own database is read: %s", module, error)
        return module
    return alias


def forget_absences() -> None:
    """Try replicas again at once."""
    _away_until.clear()
