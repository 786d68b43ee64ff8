"""A small runner of Procfiles, as honcho and foreman are: each line by a shell, all ended by SIGTERM."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def entries(text: str) -> dict[str, str]:
    """The commands, by name."""
    lines = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
    return {name.strip(): command.strip() for name, _, command in (line.partition(":") for line in lines)}


@contextmanager
def running(
    commands: dict[str, str], *, folder: Path, environment: dict[str, str]
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """The processes, until the block ends; then every one has to end well."""
    processes: dict[str, subprocess.Popen[bytes]] = {}
    with (folder / "procfile.log").open("wb") as log:
        try:
            for name, command in commands.items():
                processes[name] = subprocess.Popen(
                    ["/bin/sh", "-c", f"exec env {command}"],
                    cwd=folder,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            yield processes
        finally:
            for process in processes.values():
                process.send_signal(signal.SIGTERM)
            codes = {name: process.wait(timeout=60) for name, process in processes.items()}
    assert set(codes.values()) == {0}, (codes, (folder / "procfile.log").read_text(errors="replace")[-3000:])
