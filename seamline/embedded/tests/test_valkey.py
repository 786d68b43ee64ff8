"""The embedded Valkey as its users see it: started, found, stopped, killed, moved to another port."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from seamline.embedded import EmbeddedServerError, ServerState
from seamline.embedded.valkey import EmbeddedValkey, valkey_url


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    server = EmbeddedValkey(directory=tmp_path / ".seamline" / "valkey")
    yield server
    server.destroy()
    assert not server.directory.exists()


def client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url, decode_responses=True)


def test_first_call_starts_a_server_and_another_process_finds_it(valkey: EmbeddedValkey, tmp_path: Path) -> None:
    assert valkey.status().state is ServerState.ABSENT
    assert valkey_url(tmp_path) == ""
    with pytest.raises(EmbeddedServerError, match="make run"):
        _ = valkey.url
    assert valkey.ensure_running() is True
    other = EmbeddedValkey(directory=valkey.directory)
    assert other.ensure_running() is False
    assert other.status() == valkey.status()
    assert valkey_url(tmp_path) == valkey.url
    assert other.stop() is True
    assert valkey.stop() is False
    assert valkey.status().state is ServerState.STOPPED


def test_what_is_stored_outlives_a_stop_and_the_port_stays(valkey: EmbeddedValkey) -> None:
    valkey.ensure_running()
    url = valkey.url
    with client(valkey) as stored:
        stored.set("kept", "yes")
        assert stored.config_get("bind")["bind"] == "127.0.0.1"
    valkey.stop()
    valkey.ensure_running()
    assert valkey.url == url
    with client(valkey) as stored:
        assert stored.get("kept") == "yes"


def test_a_killed_server_is_seen_and_started_again(valkey: EmbeddedValkey) -> None:
    valkey.ensure_running()
    assert valkey.kill() is True
    assert valkey.status().state is ServerState.STOPPED
    assert valkey.ensure_running() is True
    with client(valkey) as stored:
        assert stored.ping()


def test_nobody_enters_without_the_password_which_only_its_owner_reads(valkey: EmbeddedValkey) -> None:
    valkey.ensure_running()
    password = valkey.directory / "password"
    assert password.stat().st_mode & 0o777 == 0o600
    never = Retry(NoBackoff(), 0)
    with redis.Redis(port=valkey.status().port or 0, retry=never) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()
    command_line = Path(f"/proc/{valkey.status().pid}/cmdline").read_bytes()
    assert password.read_bytes() not in command_line


def test_a_port_that_somebody_else_took_is_exchanged(valkey: EmbeddedValkey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seamline.embedded.valkey.PORT_PATIENCE", 0.1)
    valkey.ensure_running()
    port = valkey.status().port
    valkey.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port or 0))
        other.listen()
        assert valkey.ensure_running() is True
        assert valkey.status().port != port
