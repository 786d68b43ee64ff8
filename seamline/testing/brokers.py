"""Throw-away brokers for tests: a real Valkey and a real RabbitMQ on free ports, ended whatever happens.

RabbitMQ runs as a private node of ours from the installed programs, never as the system's service; where it is not
installed ``rabbitmq_missing`` says so. This file knows no pytest and no event.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import redis
from kombu.connection import Connection

from seamline.embedded.ports import free_port
from seamline.embedded.valkey import EmbeddedValkey
from seamline.testing.waiting import wait_until

RABBITMQ_PROGRAMS = Path("/usr/lib/rabbitmq/bin")
NAME_SERVICE = Path("/usr/bin/epmd")
RABBITMQ_PATIENCE = 60.0
"""Seconds for a node to start: an Erlang machine takes its time on a busy computer."""


class Broker(Protocol):
    """What tests do to a broker. The URL stays the same over restarts."""

    url: str

    def stop(self) -> None:
        """Orderly shutdown."""

    def start(self) -> None:
        """Start it again after a stop or a kill, at the same address."""

    def restart(self) -> None:
        """Orderly shutdown and a new start."""

    def kill(self) -> None:
        """SIGKILL; ``start`` brings it back."""

    def flush(self) -> None:
        """Throw away everything that is queued."""


class Valkey:
    """A Valkey server that stores below a directory of ours."""

    def __init__(self, *, directory: Path) -> None:
        self._server = EmbeddedValkey(directory=directory)
        self.start()
        self.url = self._server.url

    def stop(self) -> None:
        _dismiss(self._guard)
        self._server.stop()

    def start(self) -> None:
        self._server.ensure_running()
        self._guard = _guard(self._server.status().pid)

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        _dismiss(self._guard)
        self._server.kill()

    def flush(self) -> None:
        with redis.Redis.from_url(self.url) as client:
            client.flushall()


class RabbitMq:
    """A RabbitMQ node with its own ports, name service, files and user."""

    def __init__(self, *, directory: Path) -> None:
        password = secrets.token_urlsafe(16)
        self._port, self._distribution, self._names = free_port(), free_port(), free_port()
        self.url = f"amqp://tests:{password}@127.0.0.1:{self._port}//"
        self._log = directory / "node.log"
        (directory / "rabbitmq.conf").write_text(
            f"default_user = tests\ndefault_pass = {password}\nlisteners.tcp.1 = 127.0.0.1:{self._port}\n"
            "loopback_users.tests = true\nlog.console = true\nlog.file = false\n"
        )
        (directory / "enabled_plugins").write_text("[].\n")
        self._environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(directory),  # the cookie lies there
            "LANG": "C.UTF-8",
            "ERL_EPMD_PORT": str(self._names),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"seamline_{self._port}@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(directory / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(directory / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(directory / "mnesia"),
            "RABBITMQ_LOG_BASE": str(directory / "log"),
            "RABBITMQ_PID_FILE": str(directory / "node.pid"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(directory / "config"),
        }
        # Started by us, or the node would leave one behind.
        self._name_service = subprocess.Popen(
            [NAME_SERVICE, "-address", "127.0.0.1", "-port", str(self._names), "-relaxed_command_check"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._names_guard = _guard(self._name_service.pid)
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._node = subprocess.Popen(
                [RABBITMQ_PROGRAMS / "rabbitmq-server"],
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=self._log.parent,
            )
        self._guard = _guard(-self._node.pid)
        wait_until(self._answers, seconds=RABBITMQ_PATIENCE, what="RabbitMQ to answer")

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def restart(self) -> None:
        self.stop()
        self.start()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def flush(self) -> None:
        self._control("eval", "[rabbit_amqqueue:purge(Queue) || Queue <- rabbit_amqqueue:list()].")

    def close(self) -> None:
        """End the node and its name service."""
        self.kill()
        _dismiss(self._names_guard)
        self._name_service.kill()
        self._name_service.wait()

    def _answers(self) -> bool:
        if self._node.poll() is not None:
            raise RuntimeError(f"RabbitMQ does not start: {self._log.read_text(errors='replace')[-2000:]}")
        try:
            with Connection(self.url, connect_timeout=2) as connection:  # type: ignore[no-untyped-call]
                connection.connect()
        except OSError:
            return False
        return True

    def _control(self, *arguments: str) -> None:
        subprocess.run(
            [RABBITMQ_PROGRAMS / "rabbitmqctl", *arguments], env=self._environment, check=True, capture_output=True
        )

    def _end(self, order: signal.Signals) -> None:
        _dismiss(self._guard)
        for number in (order, signal.SIGKILL):
            try:
                os.killpg(self._node.pid, number)
                self._node.wait(timeout=20)
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A Valkey of our own until the end of the block."""
    with _directory() as directory:
        broker = Valkey(directory=directory / "valkey")
        try:
            yield broker
        finally:
            broker.kill()


def rabbitmq_missing() -> str:
    """Why ``rabbitmq`` cannot be used here, in plain words; empty where it can."""
    if (RABBITMQ_PROGRAMS / "rabbitmq-server").exists() and NAME_SERVICE.exists():
        return ""
    return "RabbitMQ is not installed here: as root on Debian, 'apt-get install rabbitmq-server' (.ci/run does it)."


@contextmanager
def rabbitmq() -> Iterator[RabbitMq]:
    """A RabbitMQ node of our own until the end of the block.

    :raises RuntimeError: RabbitMQ is not installed, or does not start.
    """
    if reason := rabbitmq_missing():
        raise RuntimeError(reason)
    with _directory() as directory:
        broker = RabbitMq(directory=directory)
        try:
            yield broker
        finally:
            broker.close()


@contextmanager
def _directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="seamline-broker-"))
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _guard(pid: int | None) -> subprocess.Popen[bytes]:
    """A process that kills the other (a group, if negative) when this process ends, however that happens."""
    return subprocess.Popen(
        ["/bin/sh", "-c", 'cat >/dev/null; kill -s KILL -- "$1"', "sh", str(pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _dismiss(guard: subprocess.Popen[bytes]) -> None:
    guard.kill()
    guard.communicate()
