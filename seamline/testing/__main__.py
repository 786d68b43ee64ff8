"""``python -m seamline.testing``: the whole suite, as ``make test`` runs it, on one throw-away PostgreSQL.

First every module alone, so that a module that needs its neighbours fails; then the framework and the whole shop.
Arguments are handed to each pytest. Prints what ran and how long; exits 1 when any part failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from seamline.embedded import EmbeddedServer
from seamline.testing.database import SERVER_URL


def main(arguments: list[str]) -> int:
    root = Path.cwd()
    modules = sorted(path.parent.name for path in root.glob("modules/*/tests"))
    parts = [[f"modules/{name}"] for name in modules] + [["seamline", "tests"]]
    failed = []
    with tempfile.TemporaryDirectory(prefix="seamline-test-", ignore_cleanup_errors=True) as directory:
        server = EmbeddedServer(directory=Path(directory) / "postgres", fast=True)
        server.ensure_running()
        environment = {**os.environ, SERVER_URL: server.url}
        try:
            for part in parts:
                started = time.monotonic()
                print(f"\n=== {' '.join(part)}", flush=True)
                result = subprocess.run(
                    [sys.executable, "-m", "pytest", *part, *arguments], env=environment, check=False
                )
                print(f"=== {' '.join(part)}: {time.monotonic() - started:.0f} s", flush=True)
                if result.returncode != 0:
                    failed.append(f"{' '.join(part)} (exit {result.returncode})")
        finally:
            server.stop()
    if failed:
        print(f"\nfailed: {'; '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
