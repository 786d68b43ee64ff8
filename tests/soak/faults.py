"""What goes wrong, by the dice: a process is killed, PostgreSQL or the broker restarted, the broker emptied."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.soak.deployment import Deployment


class Faults(threading.Thread):
    """Does one harm after another, ``most`` in all; on average ``every`` seconds lie between them.

    A seed gives the same harms in the same order; when they fall is left to the machine.
    """

    def __init__(self, *, deployment: Deployment, seed: int, every: float, most: int) -> None:
        super().__init__(name="faults", daemon=True)
        self._deployment = deployment
        self._dice = random.Random(seed)
        self._every = every
        self._most = most
        self.done: Counter[str] = Counter()
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            for harm in self._plan():
                time.sleep(self._dice.uniform(0.5, 1.5) * self._every)
                self._harms()[harm]()
                self.done[harm] += 1
        except Exception as error:
            self.error = error

    def _plan(self) -> list[str]:
        """Each kind comes once before any comes again."""
        kinds = list(self._harms())
        rounds = -(-self._most // len(kinds))
        return [kind for _ in range(rounds) for kind in self._dice.sample(kinds, k=len(kinds))][: self._most]

    def _harms(self) -> dict[str, Callable[[], None]]:
        deployment = self._deployment
        harms: dict[str, Callable[[], None]] = {f"kill {role.name}": role.kill for role in deployment.roles.values()}
        harms["kill postgres"] = deployment.restart_postgres
        if deployment.broker is not None:
            harms["restart broker"] = deployment.broker.restart
            harms["empty broker"] = deployment.broker.flush
        return harms
