"""Directories and servers of these tests; whatever a test leaves running is stopped and deleted."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seamline.embedded import EmbeddedServer


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that every account can traverse, which pytest's own is not."""
    directory = Path(tempfile.mkdtemp(prefix="seamline-embedded-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def pristine() -> Iterator[Path]:
    """The files of a server that was made and stopped; copying them is quicker than making them."""
    directory = Path(tempfile.mkdtemp(prefix="seamline-embedded-"))
    directory.chmod(0o755)
    server = EmbeddedServer(directory=directory / "postgres", fast=True)
    server.ensure_running()
    server.stop()
    (server.directory / "state.json").unlink()
    yield server.directory
    server.destroy()
    directory.rmdir()


@pytest.fixture
def absent_server(place: Path) -> Iterator[EmbeddedServer]:
    """A server that was never started."""
    server = EmbeddedServer(directory=place / "postgres", fast=True)
    yield server
    server.destroy()


@pytest.fixture
def server(absent_server: EmbeddedServer, pristine: Path) -> EmbeddedServer:
    """A server that is made and does not run."""
    subprocess.run(["cp", "-a", pristine, absent_server.directory], check=True)
    return absent_server


@pytest.fixture
def one_line() -> Callable[[object], str]:
    """The text of an error, which has to be one line."""

    def text(error: object) -> str:
        assert "\n" not in str(error)
        return str(error)

    return text
