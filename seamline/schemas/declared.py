"""Every contract of the project, hosted here or not: found by importing the package that ``SEAMLINE_CONTRACTS`` names.

Contracts are plain Python, so this costs no database and no module.
"""

from __future__ import annotations

import functools
import pkgutil
from importlib import import_module
from pathlib import Path

from django.conf import settings

from seamline.contract import Contract


@functools.cache
def contracts_in(package: str) -> tuple[type[Contract], ...]:
    """The contracts that the package's files define, by module name."""
    root = import_module(package)
    found = {}
    for entry in pkgutil.iter_modules(root.__path__, f"{package}."):
        for value in vars(import_module(entry.name)).values():
            if isinstance(value, type) and issubclass(value, Contract) and value.__module__ == entry.name:
                found[value.module] = value
    return tuple(found[name] for name in sorted(found))


def declared_contracts() -> tuple[type[Contract], ...]:
    """All contracts of the project."""
    return contracts_in(settings.SEAMLINE_CONTRACTS)


def released_folder() -> Path:
    """Where the corpus is: ``released`` within the package of the contracts."""
    return Path(next(iter(import_module(settings.SEAMLINE_CONTRACTS).__path__))) / "released"
