"""Moleculer's processes: installed from the lock beside this file into a cache, started, ended. Knows no figure."""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGES = ("package.json", "package-lock.json")
INSTALL_SECONDS = 300
ANSWER_SECONDS = 120


class PeerMissing(Exception):
    """Moleculer cannot run here; the text says why and what to do."""


def installed() -> Path:
    """The folder that Moleculer runs in, installed the first time.

    :raises PeerMissing: there is no node or npm, or npm could not install it.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise PeerMissing(f"{program} is not on PATH, so Moleculer is left out: install Node.js 20 or newer.")
    content = b"".join((HERE / name).read_bytes() for name in PACKAGES)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "seamline" / f"moleculer-{hashlib.sha256(content).hexdigest()[:16]}"
    done = folder / "installed"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in PACKAGES:
            shutil.copy(HERE / name, folder)
        print(f"Installing Moleculer into {folder} ...", file=sys.stderr, flush=True)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        try:
            result = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
            )
        except subprocess.TimeoutExpired as error:
            raise PeerMissing(f"npm ci did not end within {INSTALL_SECONDS} s: is the registry reachable?") from error
        if result.returncode != 0:
            raise PeerMissing(f"npm ci failed, so Moleculer is left out: {result.stderr.strip()[-400:]}")
        done.touch()
    for script in HERE.glob("*.js"):
        shutil.copy(script, folder)
    return folder


class Process:
    """A node process that says when it is ready, and then answers a line of JSON to each line it is sent."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._what = " ".join(arguments[:3])
        self.process = subprocess.Popen(
            ["node", *arguments],
            cwd=folder,
            env={**os.environ, "NODE_ENV": "production"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """Its id."""
        return self.process.pid

    def ask(self, *words: object) -> Any:
        """Send a line and wait for the answer."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def line(self) -> str:
        """The next line it prints.

        :raises SystemExit: none came in two minutes, or it ended.
        """
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], ANSWER_SECONDS)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            raise SystemExit(
                f"node {self._what} said nothing within {ANSWER_SECONDS} s, or ended: see its error above."
            )
        return line


@contextmanager
def running(folder: Path, *commands: Sequence[str]) -> Iterator[list[Process]]:
    """The processes, once all are ready; they need each other to be. Ended with the block."""
    processes = [Process(folder, *command) for command in commands]
    try:
        for process in processes:
            process.line()
        yield processes
    finally:
        for process in processes:
            process.process.terminate()
        for process in processes:
            process.process.wait(timeout=20)
