"""How a process of the hub follows what is switched on and tells what it finds: beside the control room's exchange.

Services follow nothing: until the cutover it is the hub that serves. This file may not judge answers.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg

from seamline.carve.shadow import here, record
from seamline.control import table
from seamline.placement.following import follows


def look(execute: Callable[..., Any]) -> None:
    """Bring what is switched on into force, and tell what was found since the last time."""
    here.shadow(record.read(execute))
    _tell(execute)


def leave(execute: Callable[..., Any]) -> None:
    """This process ends: what it has found is not lost."""
    _tell(execute)


def _tell(execute: Callable[..., Any]) -> None:
    counts, differences = here.taken()
    try:
        record.tell(execute, counts=counts, differences=differences)
    except psycopg.Error:
        here.put_back(counts, differences)
        raise


def start_shadowing() -> None:
    """Follow with this process's exchange; call it before the exchange begins. Does nothing outside the hub."""
    if follows():
        _start()


@cache
def _start() -> None:
    table.beside(look=look, leave=leave)


os.register_at_fork(after_in_child=_start.cache_clear)
