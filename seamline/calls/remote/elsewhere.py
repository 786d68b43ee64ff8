"""Which binding a contract gets whose module is not hosted here: a remote one, where this deployable has a registry."""

from __future__ import annotations

from django.conf import settings

from seamline.calls.binding import Binding
from seamline.calls.remote.binding import RemoteBinding
from seamline.contract import Contract
from seamline.discovery import balancer_for


def outside(contract: type[Contract]) -> Binding | None:
    """The remote binding; None where nothing says how instances are found."""
    if not settings.SEAMLINE_REGISTRY and not settings.SEAMLINE_ADVERTISE:
        return None
    return RemoteBinding(contract, balancer=balancer_for(contract.module))
