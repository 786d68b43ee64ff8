"""Make ``.venv`` from ``requirements.lock``, with nothing but Python's standard library; ``make`` runs it each time.

Does nothing when the lock has not changed since. It may not import anything of this project.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
STAMP = ENVIRONMENT / "seamline-lock"
"""Written last: the hash of the lock that is installed. An interrupted installation has none."""


def main() -> int:
    """Exit 0 with a complete environment, 1 with one line of remedy."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python = ENVIRONMENT / "bin" / "python"
    if STAMP.exists() and STAMP.read_text() == wanted and _succeeds([str(python), "-c", ""]):
        return 0
    if not _succeeds([str(python), "-m", "pip", "--version"]) and not _create():
        return 1
    STAMP.unlink(missing_ok=True)
    print("Installing the locked packages into .venv (a minute or two the first time) ...", flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    for what in (["--require-hashes", "-r", str(LOCK)], ["--no-build-isolation", "--editable", str(ROOT)]):
        if subprocess.run([*pip, *what], check=False).returncode != 0:
            return _fail("the packages could not be installed (pip's reason is above): is the package index reachable?")
    STAMP.write_text(wanted)
    return 0


def _create() -> bool:
    if not _succeeds([sys.executable, "-c", "import ensurepip"]):
        _fail(
            f"{sys.executable} cannot make a virtual environment, it has no ensurepip: install it (Debian, Ubuntu: "
            f"apt install python3-venv), or name another Python: make PYTHON=/path/to/python3 ..."
        )
        return False
    print("Making the virtual environment .venv ...", flush=True)
    if ENVIRONMENT.exists():
        shutil.rmtree(ENVIRONMENT)
    venv.create(ENVIRONMENT, with_pip=True, symlinks=True)
    return True


def _succeeds(command: list[str]) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def _fail(text: str) -> int:
    print(f"error: {text}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
