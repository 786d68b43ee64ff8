"""The data directory on disk: where it lies, how it is made, what the server's settings are.

Nothing here starts the server or asks whether it runs; a half-made data directory is never left in place.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from seamline.embedded.account import Account
from seamline.embedded.binaries import Binaries, shared_place
from seamline.embedded.errors import EmbeddedServerError, StaleDataDirectory

ADMINISTRATOR = "seamline_admin"
DATABASE = "seamline"
REMEDY = "run 'make reset' (it deletes the embedded server's data) and start again"

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # TCP alone: no file in /tmp, no limit on the length of the project's path
    "wal_level": "logical",
    "max_connections": "300",
    "max_prepared_transactions": "20",
    "max_wal_senders": "20",
    "max_replication_slots": "20",
    "max_worker_processes": "20",
    "max_logical_replication_workers": "12",
    "shared_buffers": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
}
"""For servers whose data may be lost with the machine, as in tests."""


def create(*, directory: Path, data: Path, account: Account, binaries: Binaries, password: str, sync: bool) -> None:
    """Make the data directory with the database and its administrator, at ``data`` or behind a link from there.

    :raises EmbeddedServerError: ``initdb`` refuses; nothing is left behind.
    """
    place = directory
    if not account.can_enter(directory):
        place = shared_place()
    # Made aside and moved into place, so that an interrupted start leaves no half-made data directory.
    staging = Path(tempfile.mkdtemp(prefix="new-", dir=place))
    try:
        account.give(staging)
        secret = staging / "password"
        secret.write_text(password)
        account.give(secret)
        fresh = staging / "data"
        _initialise(fresh, secret=secret, account=account, binaries=binaries, sync=sync)
        secret.unlink()
        if place == directory:
            fresh.rename(data)
        else:
            home = Path(tempfile.mkdtemp(prefix="data-", dir=place))
            account.give(home)
            fresh.rename(home / "data")
            data.unlink(missing_ok=True)
            data.symlink_to(home / "data")
    finally:
        shutil.rmtree(staging)


def _initialise(fresh: Path, *, secret: Path, account: Account, binaries: Binaries, sync: bool) -> None:
    locale = ["--locale-provider=builtin"] if binaries.major >= 17 else []
    _run(
        [
            *(binaries.program("initdb"), f"--pgdata={fresh}", "--encoding=UTF8", *locale, "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--username={ADMINISTRATOR}", f"--pwfile={secret}", "--no-instructions"),
            *(() if sync else ("--no-sync",)),
        ],
        account=account,
    )
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("\n# Written by Seamline at each start:\ninclude_if_exists = 'seamline.conf'\n")
    _run(
        [binaries.program("postgres"), "--single", *(() if sync else ("-F",)), "-D", str(fresh), "template1"],
        account=account,
        text=f"CREATE DATABASE {DATABASE}\n",
    )


def _run(command: list[str], *, account: Account, text: str = "") -> None:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False, **account.run_as())
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line or "FATAL" in line] or ["no reason given"]
        raise EmbeddedServerError(
            f"{Path(command[0]).name} failed: {lines[-1]}. Free what is missing, or set DATABASE_URL to another server."
        )


def check_version(data: Path, *, binaries: Binaries) -> None:
    """Refuse data that these binaries cannot serve.

    :raises StaleDataDirectory: another major version wrote it, or it is damaged.
    """
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        raise StaleDataDirectory(f"stale data directory {data}: it holds no PostgreSQL data; {REMEDY}.") from None
    if found != str(binaries.major):
        raise StaleDataDirectory(
            f"stale data directory {data}: PostgreSQL {found or '(unknown)'} wrote it and this is {binaries.version}; "
            f"{REMEDY}."
        )


def write_settings(data: Path, *, account: Account, port: int, settings: Mapping[str, str]) -> None:
    """Write ``seamline.conf``, which the server's own configuration includes."""
    lines = [f"{name} = '{value}'" for name, value in {**settings, "port": str(port)}.items()]
    path = data / "seamline.conf"
    note = "# Rewritten at each start; settings of your own have a place in postgresql.conf.\n"
    path.write_text(note + "\n".join(lines) + "\n")
    account.give(path)


def storage_of(data: Path) -> Path:
    """What has to be deleted to delete the data: itself, or its home outside the project."""
    return data.resolve().parent if data.is_symlink() else data


def remove(*, directory: Path, data: Path) -> None:
    """Delete the data, wherever it lies, and the directory of the embedded server.

    :raises EmbeddedServerError: it belongs to another account.
    """
    try:
        for path in (storage_of(data), directory):
            if path.exists():
                shutil.rmtree(path)
    except PermissionError as error:
        raise EmbeddedServerError(
            f"{error.filename} belongs to another account: run this as {owner_of(data)}, who started the server."
        ) from error


def owner_of(path: Path) -> str:
    """The name of who owns the path; ``nobody`` is how root runs the server."""
    try:
        name = path.owner()
    except (KeyError, OSError):
        return "its owner"
    return "root" if name == "nobody" and os.geteuid() != 0 else name
