"""The operating system's account that runs the server: PostgreSQL refuses to run as root.

This file decides who that is and what it can reach. It may not change the mode or the owner of anything that exists.
"""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seamline.embedded.errors import EmbeddedServerError


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who runs the server's processes; ``uid`` is None for whoever runs this process."""

    uid: int | None = None
    gid: int | None = None

    def run_as(self) -> dict[str, Any]:
        """Arguments for ``subprocess`` so that the child runs as this account, in a clean place."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        arguments: dict[str, Any] = {"cwd": "/", "env": environment}
        if self.uid is not None:
            arguments |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return arguments

    def can_enter(self, directory: Path) -> bool:
        """Whether this account can traverse to the directory."""
        command = ["/bin/sh", "-c", 'cd -- "$1" 2>/dev/null', "sh", str(directory)]
        return subprocess.run(command, check=False, **self.run_as()).returncode == 0

    def give(self, path: Path) -> None:
        """Make this account the owner of something that we have just created."""
        if self.uid is not None:
            os.chown(path, self.uid, -1 if self.gid is None else self.gid)


def account_for(data: Path) -> Account:
    """This process's own account; for root the owner of the data where there is some, ``nobody`` otherwise.

    :raises EmbeddedServerError: root, and the system knows no ``nobody``.
    """
    if os.geteuid() != 0:
        return Account()
    if data.exists() and (owner := data.stat()).st_uid != 0:
        return Account(uid=owner.st_uid, gid=owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and there is no account 'nobody' to run it: use another account, or set "
            "DATABASE_URL to a server of your own."
        ) from None
    return Account(uid=nobody.pw_uid, gid=nobody.pw_gid)
