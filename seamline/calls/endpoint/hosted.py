"""What calls from outside may reach: the contracts of the modules that this process hosts, bound to them directly.

Routes are not asked: a call that came here was meant for this process. This file may not know a call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from seamline.calls.binding import Binding
from seamline.calls.local import LocalBinding
from seamline.contract import Contract
from seamline.modules.registry import hosted_modules

Hosted = Callable[[str], tuple[type[Contract], Binding] | None]
"""The contract and the binding behind a module's name; None for a module that is not hosted."""


@cache
def hosted_here(module: str) -> tuple[type[Contract], Binding] | None:
    """The hosted module of this name."""
    for hosted in hosted_modules():
        if hosted.name == module and hosted.contract is not None and hosted.service is not None:
            return hosted.contract, LocalBinding(hosted.service)
    return None
