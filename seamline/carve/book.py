"""What this installation knows of its carved modules: servers, their administrators' URLs, the service's process.

Kept below ``.seamline/carve/``, readable by its owner alone, as URLs hold passwords; where the data are is never read
from here, but asked of the servers. This file may not connect to anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from seamline.embedded import default_server

FOLDER = Path(".seamline") / "carve"


class ServerReference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A server: one of the project's embedded ones by name, or any other by its administrator's URL."""

    embedded: str | None = None
    url: str = ""

    def resolved(self, root: Path) -> str:
        """The administrator's URL now: an embedded server may have another port since its last start.

        :raises EmbeddedServerError: it never ran.
        """
        return self.url if self.embedded is None else default_server(root, name=self.embedded).url


class Service(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The service that serves the module."""

    runs: Literal["here", "elsewhere"] = "elsewhere"
    """``here``: started by carve on this machine; ``elsewhere``: by Kubernetes, Compose, systemd or a person."""
    port: int = 0
    pid: int = 0

    @property
    def url(self) -> str:
        """Where it answers, if carve has started it."""
        return f"http://127.0.0.1:{self.port}"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One carve: between which servers, and what has become of it."""

    module: str
    source: ServerReference
    target: ServerReference
    final: bool = False
    """The source has nothing any more but the pointer."""
    service: Service | None = None


class Book:
    """All entries of one installation."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, module: str) -> Entry | None:
        """The module's entry, if it has one."""
        try:
            return msgspec.json.decode(self._path(module).read_bytes(), type=Entry)
        except FileNotFoundError:
            return None

    def write(self, entry: Entry) -> None:
        """Keep it; whole or not at all."""
        path = self._path(entry.module)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(entry)))
        fresh.replace(path)

    def remove(self, module: str) -> None:
        """Forget it."""
        self._path(module).unlink(missing_ok=True)

    def entries(self) -> Iterator[Entry]:
        """All, by name."""
        for path in sorted((self.root / FOLDER).glob("*.json")):
            entry = self.read(path.stem)
            if entry is not None:
                yield entry

    def log(self, module: str) -> Path:
        """Where the service that carve has started writes."""
        return self.root / FOLDER / f"{module}.log"

    def _path(self, module: str) -> Path:
        return self.root / FOLDER / f"{module}.json"
