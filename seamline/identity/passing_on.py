"""An identity that was sealed for the front door's own endpoints, passed on to the modules that those ask.

This file may not find out who somebody is.
"""

from __future__ import annotations

import time

from seamline.identity.identity import Identity
from seamline.identity.sealed import seal, unseal
from seamline.signing import installed_keys

COMPOSITIONS = "pages"
"""The audience of composition endpoints, and the part of their paths behind ``/api/v1/``; no module may be named so."""


class PassedOn:
    """Somebody at the door, sealed anew for each module that is asked for them.

    :param header: sealed for ``COMPOSITIONS``; empty for nobody.
    :raises IdentityRefused: it is not to be believed.
    """

    __slots__ = ("_identity", "_sealed", "subject")

    def __init__(self, header: str) -> None:
        self._identity: Identity | None = None
        self._sealed: dict[str, str] = {}
        self.subject = ""
        """The same in each of their requests; empty for nobody."""
        if header:
            self._identity = unseal(header, audience=COMPOSITIONS, keys=installed_keys(), now=time.time())
            principal = self._identity.principal
            self.subject = principal.actor if principal.is_authenticated else ""

    def to(self, module: str) -> str:
        """The header's value for a module; empty for nobody."""
        if self._identity is None:
            return ""
        if module not in self._sealed:
            self._sealed[module] = seal(self._identity, audience=module, keys=installed_keys(), now=time.time())
        return self._sealed[module]
