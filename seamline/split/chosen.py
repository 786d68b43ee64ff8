"""The places of the split that a command was asked for, checked by the same rules as the system checks."""

from __future__ import annotations

import os

from django.conf import settings
from django.core.management.base import CommandError

from seamline.checks.split import split_findings
from seamline.split.places import Place, local_places
from seamline.split.plan import plan_of


def chosen_places(text: str, *, port: int, for_later: bool = False) -> tuple[Place, ...]:
    """Where the deployables of the split are on this machine.

    :param for_later: for a file that is used another time: ports are consecutive, and no server is taken from the
        environment of this moment.
    :raises CommandError: the split cannot be made; a usage error.
    """
    modules, stays = tuple(settings.PRESENT), settings.SEAMLINE_HUB_MODULE
    environment = {} if for_later else dict(os.environ)
    for finding in split_findings(text, modules=modules, stays=stays, environment=environment):
        raise CommandError(f"{finding.where}: {finding.problem} {finding.hint} ({finding.id})", returncode=2)
    plan = plan_of(text, modules=modules, stays=stays)
    if not 0 < port <= 65535 - (len(plan.others) if for_later else 0):
        raise CommandError(f"--port {port} leaves no ports for {len(plan.deployables)} processes.", returncode=2)
    return local_places(plan, port=port, environment=environment, fixed_ports=for_later)
