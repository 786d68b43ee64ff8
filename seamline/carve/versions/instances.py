"""All instances of a module's service, tried out before the module goes over: one that does not fit refuses the move.

While a service is rolled out, instances of two versions run; each of them will get calls. This file may not move.
"""

from __future__ import annotations

from collections.abc import Callable

from seamline.carve.move.errors import MoveRefused
from seamline.carve.versions.checking import ServiceNotAsked, check_service
from seamline.discovery.here import directory, own_group
from seamline.discovery.instance import InstanceState
from seamline.modules.registry import module_named


def service_addresses(module: str) -> tuple[str, ...]:
    """Where instances of other deployables answer that serve the module, or would."""
    group = own_group()
    return tuple(
        sorted(
            {
                each.url
                for each in directory().instances()
                if each.group != group
                and module in (*each.modules, *each.standby)
                and each.state is not InstanceState.DRAINING
            }
        )
    )


def ensure_service_fits(module: str, *, started: str = "", say: Callable[[str], None] = lambda text: None) -> None:
    """Try out every instance of the service with the contract that callers here have.

    :param started: the address of one that is known without a registry.
    :param say: told what was tried.
    :raises MoveRefused: an instance does not fit, or none can be asked; with all reasons. One that has died meanwhile
        refuses nothing while others answer.
    :raises LookupError: the module is not hosted here.
    """
    contract = module_named(module).contract
    if contract is None:
        return
    addresses = tuple(dict.fromkeys((*((started,) if started else ()), *service_addresses(module))))
    if not addresses:
        say(f"no instance of {module}'s service is registered: its contract was not tried out")
        return
    silent = []
    for address in addresses:
        try:
            refusals = check_service(contract, address)
        except ServiceNotAsked as error:
            silent.append(str(error))
            say(str(error))
            continue
        if refusals:
            reasons = "\n".join(f"  {refusal}" for refusal in refusals)
            raise MoveRefused(
                f"The service at {address} does not understand the callers of {module!r} here:\n{reasons}"
            )
        say(f"the service at {address} understands its callers")
    if len(silent) == len(addresses):
        raise MoveRefused("\n".join(silent))
