"""``make`` and ``manage.py up`` as a newcomer meets them: real processes, a real port, signals, one-line errors."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import EmbeddedServer
from seamline.testing import wait_until
from seamline.testing.brokers import valkey

ROOT = Path(__file__).resolve().parent.parent
HEEDING_INTERRUPTS = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
"""Shells let background jobs ignore SIGINT, and children inherit that; this starts a Python that heeds it."""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables under which ``manage.py`` uses a server of its own and the small demo data."""
    server = EmbeddedServer(directory=tmp_path_factory.mktemp("running") / "postgres", fast=True)
    server.ensure_running()
    inherited = {name: value for name, value in os.environ.items() if name != "SEAMLINE_MODULES"}
    yield {
        **inherited,
        "DATABASE_URL": server.url,
        "SEAMLINE_SECRET": "for this test alone",
        "SEAMLINE_RETAIL_FILE": "demo",
        "PYTHONUNBUFFERED": "1",
    }
    server.destroy()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _manage(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def _sign_up(port: int, *, name: str) -> str:
    body = {"email": f"{name}@example.com", "password": "a long password", "name": name, "country": "United Kingdom"}
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/api/v1/customers/sign-up/",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        return str(json.load(answer)["customer_id"])


def _welcomed(environment: dict[str, str], customer: str) -> bool:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        query = "SELECT 1 FROM notifications.message WHERE kind = 'customer_signed_up' AND about = %s"
        return connection.execute(query, [customer]).fetchone() is not None


@pytest.fixture
def broker_url() -> Iterator[str]:
    with valkey() as broker:
        yield broker.url


@pytest.mark.parametrize(("order", "bus"), [(signal.SIGINT, "thread"), (signal.SIGTERM, "celery")])
def test_up_serves_and_delivers_with_either_bus_and_a_signal_ends_every_process(
    environment: dict[str, str], broker_url: str, order: signal.Signals, bus: str
) -> None:
    port = _free_port()
    process = subprocess.Popen(
        [sys.executable, "-c", HEEDING_INTERRUPTS, "manage.py", "up", "--port", str(port)],
        cwd=ROOT,
        env={**environment, "EVENT_BUS": bus, "CELERY_BROKER_URL": broker_url, "SEAMLINE_DISPATCHER": "thread"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        assert f"http://localhost:{port}/api/docs/" in said
        assert "demo@example.com" in said
        for path in ("/health/ready", "/", "/api/docs/", "/admin/login/"):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
                assert answer.status == 200
        customer = _sign_up(port, name=bus)
        wait_until(lambda: _welcomed(environment, customer), seconds=30)
        taken = _manage("up", "--port", str(port), environment=environment)
        assert taken.returncode == 1
        assert f"Port {port} on 127.0.0.1 cannot be used" in taken.stderr
        assert len(taken.stderr.splitlines()) == 1
    finally:
        process.send_signal(order)
        rest = process.stdout.read()  # ends when the last child has closed its end
    assert process.wait() == 0, rest
    with socket.create_server(("127.0.0.1", port)):
        pass


def test_second_preparation_changes_no_row(environment: dict[str, str]) -> None:
    def rows() -> list[tuple[object, ...]]:
        with psycopg.connect(environment["DATABASE_URL"]) as connection:
            tables = connection.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables "
                "WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"
            ).fetchall()
            return [
                (name, *(connection.execute(f"SELECT count(*) FROM {name}").fetchone() or ()))  # type: ignore[call-overload]
                for (name,) in tables
            ]

    first = _manage("up", "--no-serve", environment=environment)
    assert first.returncode == 0, first.stderr
    before = rows()
    second = _manage("up", "--no-serve", environment=environment)
    assert second.returncode == 0, second.stderr
    assert rows() == before


def test_wrong_database_url_is_one_line_and_a_usage_error(environment: dict[str, str]) -> None:
    answer = _manage("up", environment={**environment, "DATABASE_URL": "mysql://localhost/shop"})
    assert answer.returncode == 2
    assert answer.stderr.startswith("error: DATABASE_URL begins with 'mysql'")
    assert len(answer.stderr.splitlines()) == 1


def test_user_who_may_not_create_roles_is_told_what_is_needed(environment: dict[str, str]) -> None:
    with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE ROLE weak LOGIN PASSWORD 'weak'")
        connection.execute("CREATE DATABASE weakling")
        connection.execute("GRANT CONNECT ON DATABASE weakling TO weak")
        port = connection.info.port
    url = f"postgresql://weak:weak@127.0.0.1:{port}/weakling"
    answer = _manage("up", "--no-serve", environment={**environment, "DATABASE_URL": url})
    assert answer.returncode == 1
    assert "CREATEROLE" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_python_that_is_too_old_is_refused_in_one_line(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    for tool in ("make", "sh", "tail"):
        found = shutil.which(tool)
        assert found is not None
        (tmp_path / tool).symlink_to(found)
    answer = subprocess.run(
        [tmp_path / "make", "--silent", "environment", f"SHELL={tmp_path / 'sh'}"],
        cwd=ROOT,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode != 0
    assert answer.stderr.splitlines()[0].startswith(
        "error: Python 3.11 or newer is needed and python3 is Python 3.9.18"
    )
