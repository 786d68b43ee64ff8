"""The server's main process: is it really ours, has it become ready, make it end.

``postmaster.pid`` alone is never trusted: after a crash its number may belong to any other process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from seamline.embedded.account import Account
from seamline.embedded.errors import EmbeddedServerError

READY_LINE = 7
"""The line of ``postmaster.pid``, counted from nought, that says ``ready``."""


def running_pid(data: Path) -> int | None:
    """The process that serves this data directory now, or None.

    :raises EmbeddedServerError: this account may not look into the data directory.
    """
    lines = _pid_file(data)
    try:
        pid = int(lines[0])
    except (IndexError, ValueError):
        return None
    return pid if pid > 0 and _serves(pid, data) else None


def is_ready(data: Path, *, pid: int) -> bool:
    """Whether the process says that it takes connections."""
    lines = _pid_file(data)
    return len(lines) > READY_LINE and lines[0].strip() == str(pid) and lines[READY_LINE].strip() == "ready"


def disown_stale_pid(data: Path) -> None:
    """Make a left-over ``postmaster.pid`` ours, where it names a process that is not PostgreSQL's.

    PostgreSQL refuses to start while the number in the file is alive, whoever that is now; it takes the number of its
    own parent for a left-over. The file is not deleted: its other lines let PostgreSQL find backends that outlived
    their main process, and wait until they are gone.
    """
    lines = _pid_file(data)
    if lines:
        (data / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")


def end(pid: int, *, data: Path, child: subprocess.Popen[bytes] | None, patience: float) -> None:
    """Fast shutdown: sessions are cut, everything committed is on disk. Immediate shutdown when patience ends.

    :raises EmbeddedServerError: it does not end at all.
    """
    for order in (signal.SIGINT, signal.SIGQUIT):
        try:
            os.kill(pid, order)
        except ProcessLookupError:
            return
        except PermissionError:
            raise EmbeddedServerError(
                f"Process {pid} serves {data} and belongs to another account: stop it as that account."
            ) from None
        if wait(lambda: gone(pid, data=data, child=child), seconds=patience):
            return
    raise EmbeddedServerError(f"PostgreSQL (process {pid}, {data}) does not end: look into its log, then kill it.")


def gone(pid: int, *, data: Path, child: subprocess.Popen[bytes] | None) -> bool:
    """Whether the process has ended; a child of ours is also reaped."""
    if child is not None and child.pid == pid:
        return child.poll() is not None
    return not _serves(pid, data)


def wait(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Ask until it is true; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def guard(*, data: Path, storage: Path) -> subprocess.Popen[bytes]:
    """A process that ends the server and deletes its storage when this process ends, however that happens.

    It waits for the end of its standard input, which we hold open; killing it first dismisses it.
    """
    script = (
        'cat >/dev/null; if read -r pid <"$1/postmaster.pid" && kill -QUIT "$pid"; then '
        'while kill -0 "$pid"; do sleep 0.1; done; fi; rm -rf -- "$2"'
    )
    return subprocess.Popen(
        ["/bin/sh", "-c", script, "sh", str(data), str(storage)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
    )


def launch(*, program: str, data: Path, account: Account, log: Path) -> subprocess.Popen[bytes]:
    """Start the main process in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    with log.open("ab") as output:
        account.give(log)
        return subprocess.Popen(
            [program, "-D", str(data)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **account.run_as(),
        )


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []
    except PermissionError:
        raise EmbeddedServerError(
            f"The data directory {data} belongs to another account: run this as the account that started the server "
            "(root, if it was root), or set DATABASE_URL."
        ) from None


def _serves(pid: int, data: Path) -> bool:
    """Whether the process lives and is a PostgreSQL that works in this data directory (zombies are not)."""
    process = Path("/proc") / str(pid)
    if not Path("/proc/self").exists():
        shown = subprocess.run(
            ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        return str(data) in shown.stdout
    try:
        return (process / "cwd").readlink() == data
    except PermissionError:
        return str(data).encode() in (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
