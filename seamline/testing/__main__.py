"""``python -m seamline.testing``: the whole suite, as ``make test`` runs it, on one throw-away PostgreSQL.

Every module runs alone, so that one that needs its neighbours fails; then the framework, and the whole shop part by
part. As many parts run at once as there are cores, each on a database of its own. Arguments are handed to each pytest.
Prints each part's output when it ends; exits 1 when any part failed.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from seamline.embedded import EmbeddedServer
from seamline.testing.database import SERVER_URL

LONGEST_FIRST = ("seamline/events", "tests/api", "tests/retail", "seamline/history", "tests/soak", "seamline/bus")
"""Parts that begin first, so that no core waits for them at the end. The framework's other rooms share one part."""
NOTHING_COLLECTED = 5
"""pytest's exit code where a part has no test that the arguments select."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one part ended; it is named by its paths."""

    part: str
    code: int
    output: str
    seconds: float


def parts_of(root: Path) -> list[str]:
    """The parts, each as paths with spaces between them, the longest first."""
    parts = {f"modules/{folder.parent.name}" for folder in root.glob("modules/*/tests")}
    parts |= {f"tests/{path.name}" for path in (root / "tests").iterdir() if _holds_tests(path)}
    rooms = {f"seamline/{folder.parent.name}" for folder in (root / "seamline").glob("*/tests")}
    long = rooms & set(LONGEST_FIRST)
    parts |= {*long, " ".join(sorted(rooms - long))}
    rank = {part: place for place, part in enumerate(LONGEST_FIRST)}
    return sorted(parts, key=lambda part: (rank.get(part, len(rank)), part))


def run_part(part: str, *, arguments: list[str], environment: dict[str, str]) -> Outcome:
    """Run one part in a pytest of its own."""
    started = time.monotonic()
    command = [sys.executable, "-m", "pytest", *part.split(), *arguments]
    result = subprocess.run(
        command, env=environment, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    code = 0 if result.returncode == NOTHING_COLLECTED and arguments else result.returncode
    return Outcome(part=part, code=code, output=result.stdout, seconds=time.monotonic() - started)


def main(arguments: list[str]) -> int:
    """Run all parts; 0 when all passed."""
    started = time.monotonic()
    failed = []
    with tempfile.TemporaryDirectory(prefix="seamline-test-", ignore_cleanup_errors=True) as directory:
        server = EmbeddedServer(directory=Path(directory) / "postgres", fast=True)
        server.ensure_running()
        environment = {**os.environ, SERVER_URL: server.url}
        try:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                parts = parts_of(Path.cwd())
                for outcome in pool.map(
                    lambda part: run_part(part, arguments=arguments, environment=environment), parts
                ):
                    print(f"\n=== {outcome.part} ({outcome.seconds:.0f} s)\n{outcome.output.rstrip()}", flush=True)
                    if outcome.code != 0:
                        failed.append(outcome.part)
        finally:
            server.destroy()
    verdict = f"FAILED: {failed}" if failed else "all passed"
    print(f"\n{len(parts)} parts in {time.monotonic() - started:.0f} s; {verdict}.")
    return 1 if failed else 0


def _holds_tests(path: Path) -> bool:
    return path.name.startswith("test_") if path.is_file() else any(path.glob("test_*.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
