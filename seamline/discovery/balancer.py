"""Which instance of a module gets the next call: the cheaper of two that are drawn, of those that are well.

Not more than half of the instances are ejected at a time, and never the last: where all look sick, the callers' own
trouble is the likelier reason, and all are used. This file may not know how instances are found.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Collection

from seamline.discovery import kept_out
from seamline.discovery.instance import Instance, InstanceState, NoInstance
from seamline.discovery.target import Target

MOST_EJECTED = 0.5


class Balancer:
    """Picks among the instances of one module. Safe for any threads.

    :param instances: the module's instances now; asked at each pick, so it must be quick and answer the same object
        while nothing changes. Those at one address are one.
    :param suspect: told the id of an instance that was found dead.
    """

    def __init__(
        self,
        module: str,
        instances: Callable[[], tuple[Instance, ...]],
        *,
        suspect: Callable[[str], None] = lambda instance_id: None,
    ) -> None:
        self.module = module
        self._instances = instances
        self._suspect = suspect
        self._known: tuple[Instance, ...] | None = None
        self._targets: tuple[Target, ...] = ()
        self._standby: tuple[Target, ...] = ()

    @property
    def size(self) -> int:
        """How many instances take calls, those that stand by too."""
        return len(self._usable()) + len(self._standby)

    def targets(self) -> tuple[Target, ...]:
        """All instances that take calls, ejected ones too."""
        return self._usable()

    def pick(self, exclude: Collection[str] = ()) -> Target:
        """The instance for the next call.

        :param exclude: ids of those that were tried; they are picked again only where there is no other.
        :raises NoInstance: there is none.
        """
        targets = self._usable()
        if self._standby:
            targets = self._with_standby(targets, exclude)
        if kept_out.names:
            targets = kept_out.without(self.module, targets)
        if len(targets) == 1:
            return targets[0]
        if not targets:
            raise NoInstance(f"no instance of {self.module!r} is registered and takes calls")
        now = time.monotonic()
        well = [target for target in targets if not target.is_ejected(now)]
        if len(targets) - len(well) > len(targets) * MOST_EJECTED:
            sick = sorted((target for target in targets if target.is_ejected(now)), key=lambda each: each.ejected_until)
            needed = len(targets) - int(len(targets) * MOST_EJECTED) - len(well)
            well += sick[:needed]
        if exclude:
            well = (
                [target for target in well if target.instance_id not in exclude]
                or [target for target in targets if target.instance_id not in exclude]
                or well
            )
        if len(well) == 1:
            return well[0]
        one, other = random.sample(well, 2)
        return one if one.cost(now) <= other.cost(now) else other

    def _with_standby(self, targets: tuple[Target, ...], exclude: Collection[str]) -> tuple[Target, ...]:
        """Those that serve the module; where none of them is well and untried, those that can, too."""
        now = time.monotonic()
        if any(not target.is_ejected(now) and target.instance_id not in exclude for target in targets):
            return targets
        return tuple(each for each in self._standby if each.instance_id not in exclude) or targets

    def _usable(self) -> tuple[Target, ...]:
        instances = self._instances()
        if instances is not self._known:
            now, first = time.monotonic(), self._known is None
            before = {target.instance: target for target in (*self._targets, *self._standby)}

            def taking(modules: Callable[[Instance], tuple[str, ...]]) -> tuple[Target, ...]:
                found = {
                    each.url: each
                    for each in reversed(instances)
                    if each.state is InstanceState.UP and self.module in modules(each)
                }
                return tuple(
                    before.get(each) or Target(each, now=now, is_new=not first, suspect=self._suspect)
                    for each in found.values()
                )

            self._targets = taking(lambda each: each.modules)
            self._standby = taking(lambda each: each.standby)
            self._known = instances
        return self._targets
