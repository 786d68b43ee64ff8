"""The embedded PostgreSQL: one directory, one server, whoever asks first starts it.

All changes of state happen under a file lock, so two processes that start at once end with one server. This file may
not know what is stored in the database.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from seamline.embedded import cluster, process
from seamline.embedded.account import Account, account_for
from seamline.embedded.binaries import Binaries, find_binaries
from seamline.embedded.errors import EmbeddedServerError, StaleDataDirectory
from seamline.embedded.ports import free_port, is_free

START_PATIENCE = 120.0
"""Seconds for the server to become ready; recovery after a crash is part of it."""
STOP_PATIENCE = 60.0
PORT_ATTEMPTS = 5
PORT_PATIENCE = 5.0
"""Seconds that the last port may stay taken before another is chosen."""
LOG_LIMIT = 8_000_000
"""Bytes after which the log starts anew at the next start."""

_TELLING = ("FATAL", "PANIC", "could not bind", "invalid value", "unrecognized configuration")
_DAMAGE = ("PANIC", "could not locate a valid checkpoint", "pg_control", "incompatible with server", "not a valid data")


class ServerState(StrEnum):
    """Whether the server was ever made, and whether it runs."""

    ABSENT = "absent"
    STOPPED = "stopped"
    RUNNING = "running"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerStatus:
    """What is known of the server without connecting to it."""

    state: ServerState
    directory: Path
    port: int | None = None
    pid: int | None = None


class EmbeddedServer:
    """A PostgreSQL server below ``directory``, on 127.0.0.1 and a port of its own.

    :param fast: for tests: no fsync, and the server and its data end with the process that started it.
    :param settings: further settings of PostgreSQL, by name; they win.
    """

    def __init__(self, *, directory: Path, fast: bool = False, settings: Mapping[str, str] | None = None) -> None:
        self.directory = directory.absolute()
        self._fast = fast
        self._settings = {**cluster.SETTINGS, **(cluster.FAST_SETTINGS if fast else {}), **(settings or {})}
        self._child: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the server writes; the last start's errors are at its end."""
        return self.directory / "server.log"

    @property
    def initialised(self) -> bool:
        """Whether there is a data directory; it may be stopped."""
        return self._password_path.exists() and self._data.exists()

    @property
    def has_run(self) -> bool:
        """Whether it was started before, so that it has a URL."""
        return self.initialised and self._port() is not None

    @property
    def url(self) -> str:
        """The administrator's URL of the database; valid while the server runs.

        :raises EmbeddedServerError: it never ran, or this account may not read its password.
        """
        port = self._port()
        if port is None or not self.initialised:
            raise EmbeddedServerError(f"The embedded server in {self.directory} never ran: start it with 'make run'.")
        try:
            password = self._password_path.read_text()
        except PermissionError:
            raise EmbeddedServerError(
                f"{self._password_path} belongs to another account: run this as "
                f"{cluster.owner_of(self._password_path)}, or set DATABASE_URL."
            ) from None
        return f"postgresql://{cluster.ADMINISTRATOR}:{password}@127.0.0.1:{port}/{cluster.DATABASE}"

    def status(self) -> ServerStatus:
        """Whether it runs, without starting anything.

        :raises EmbeddedServerError: this account may not look into the data directory.
        """
        if not self.initialised:
            return ServerStatus(state=ServerState.ABSENT, directory=self.directory)
        pid = process.running_pid(self._data.resolve())
        state = ServerState.RUNNING if pid else ServerState.STOPPED
        return ServerStatus(state=state, directory=self.directory, port=self._port(), pid=pid)

    def ensure_running(self) -> bool:
        """Make the server if there is none, start it if it does not run, wait until it takes connections.

        :returns: whether this call started it.
        :raises StaleDataDirectory: another major version wrote the data, or it is damaged.
        :raises NoServerBinaries: no PostgreSQL that runs here was found.
        :raises EmbeddedServerError: it does not start; the text has PostgreSQL's reason.
        """
        with self._locked():
            if self.initialised and (pid := process.running_pid(self._data.resolve())) and self._became_usable(pid):
                return False
            account = account_for(self._data)
            binaries = find_binaries(account)
            if not self.initialised:
                self._create(account=account, binaries=binaries)
            data = self._data.resolve()
            cluster.check_version(data, binaries=binaries)
            self._start(data, account=account, binaries=binaries)
        return True

    def stop(self) -> bool:
        """Fast shutdown: running statements are cut, everything committed is kept.

        :returns: whether a server ran.
        """
        if not self.initialised:
            return False
        with self._locked():
            data = self._data.resolve()
            pid = process.running_pid(data)
            if pid is not None:
                process.end(pid, data=data, child=self._child, patience=STOP_PATIENCE)
            if self._child is not None and self._child.poll() is not None:
                self._child = None
        return pid is not None

    def destroy(self) -> None:
        """Stop the server and delete everything of it."""
        self.stop()
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None
        cluster.remove(directory=self.directory, data=self._data)

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    @property
    def _password_path(self) -> Path:
        return self.directory / "password"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True)
        # Opened for reading: another account's lock file can be locked as well.
        descriptor = os.open(self.directory / "lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _port(self) -> int | None:
        try:
            return int(json.loads((self.directory / "state.json").read_text())["port"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _keep_port(self, port: int) -> None:
        fresh = self.directory / "state.json.new"
        fresh.write_text(json.dumps({"port": port}) + "\n")
        fresh.replace(self.directory / "state.json")

    def _create(self, *, account: Account, binaries: Binaries) -> None:
        if self._data.exists():
            raise StaleDataDirectory(f"stale data directory {self._data}: its password is lost; {cluster.REMEDY}.")
        password = secrets.token_urlsafe(24)
        self._password_path.unlink(missing_ok=True)
        descriptor = os.open(self._password_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(password)
        cluster.create(
            directory=self.directory,
            data=self._data,
            account=account,
            binaries=binaries,
            password=password,
            sync=not self._fast,
        )

    def _start(self, data: Path, *, account: Account, binaries: Binaries) -> None:
        deadline = time.monotonic() + START_PATIENCE
        port = self._port()
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.unlink()
        for _ in range(PORT_ATTEMPTS):
            if port is None or not _becomes_free(port):
                port = free_port()
            while True:
                process.disown_stale_pid(data)
                cluster.write_settings(data, account=account, port=port, settings=self._settings)
                already_logged = self.log.stat().st_size if self.log.exists() else 0
                child = process.launch(program=binaries.program("postgres"), data=data, account=account, log=self.log)
                if self._became_ready(child, data=data):
                    self._keep_port(port)
                    self._child = child
                    if self._fast and self._guard is None:
                        self._guard = process.guard(data=data, storage=cluster.storage_of(self._data))
                    return
                reason = self._reason(already_logged)
                if "still in use" not in reason or time.monotonic() > deadline:
                    break
                time.sleep(0.1)  # backends of a killed main process are still ending
            if "could not bind" not in reason and "could not create any TCP/IP sockets" not in reason:
                break
            port = None
        if any(sign in reason for sign in _DAMAGE):
            raise StaleDataDirectory(f"stale data directory {data}: {reason}; {cluster.REMEDY}.")
        raise EmbeddedServerError(f"PostgreSQL does not start: {reason}. Its log is {self.log}.")

    def _became_ready(self, child: subprocess.Popen[bytes], *, data: Path) -> bool:
        try:
            done = process.wait(
                lambda: child.poll() is not None or process.is_ready(data, pid=child.pid), seconds=START_PATIENCE
            )
        except BaseException:  # Ctrl-C, say: no server stays that nobody knows of
            process.end(child.pid, data=data, child=child, patience=STOP_PATIENCE)
            raise
        if not done:
            process.end(child.pid, data=data, child=child, patience=STOP_PATIENCE)
            raise EmbeddedServerError(f"PostgreSQL is not ready after {START_PATIENCE:.0f} s: look into {self.log}.")
        return child.poll() is None

    def _became_usable(self, pid: int) -> bool:
        """Whether a server that runs already takes connections; False when it ended instead."""
        data = self._data.resolve()
        ended = False

        def settled() -> bool:
            nonlocal ended
            ended = process.gone(pid, data=data, child=self._child)
            return ended or process.is_ready(data, pid=pid)

        if not process.wait(settled, seconds=START_PATIENCE):
            raise EmbeddedServerError(f"PostgreSQL (process {pid}) runs but takes no connections: see {self.log}.")
        return not ended

    def _reason(self, already_logged: int) -> str:
        with self.log.open("rb") as file:
            file.seek(already_logged)
            lines = file.read().decode(errors="replace").splitlines()
        telling = [line for line in lines if any(sign in line for sign in _TELLING)]
        reasons = [line.partition("]")[2].strip() or line for line in telling or lines[-1:]]
        return " / ".join(reasons) or "no reason given"


def _becomes_free(port: int) -> bool:
    """Sessions of a killed server hold its port for a moment; clients that run know no other."""
    return process.wait(lambda: is_free(port), seconds=PORT_PATIENCE)
