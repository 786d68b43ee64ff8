"""``python -m seamline.testing``: the whole suite, as ``make test`` runs it, on one throw-away PostgreSQL.

Every module runs alone, so that one that needs its neighbours fails; then the framework, and the whole shop part by
part. As many parts run at once as there are cores, each on a database of its own. Arguments are handed to each pytest.
``--split orders,payments`` runs the tests of the whole shop alone, with these modules in processes and on PostgreSQL
servers of their own. Prints each part's output when it ends; exits 1 when any part failed.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from seamline.embedded import EmbeddedServer
from seamline.split import WrongSplit, plan_of
from seamline.testing.database import server_variable
from seamline.testing.split import extracted_modules, module_names

LONGEST_FIRST = (
    "seamline/events",
    "tests/api",
    "tests/retail",
    "tests/carve",
    "seamline/carve",
    "tests/soak",
    "seamline/bus",
    "tests/browser",
    "tests/split",
)
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
    rooms = {
        f"seamline/{folder.relative_to(root / 'seamline').parts[0]}"
        for folder in (root / "seamline").glob("*/**/tests")
    }
    long = rooms & set(LONGEST_FIRST)
    others = " ".join(sorted(rooms - long))
    parts |= {*long, others}
    rank = {part: place for place, part in enumerate((others, *LONGEST_FIRST))}
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


def sample_of(told: dict[str, Any]) -> list[str]:
    """The parts that are run over a split shop as well, whenever everything is run."""
    return [f"{part} --split {told['split']}" for part in told["split_sample"]]


def main(arguments: list[str]) -> int:
    """Run all parts; 0 when all passed, 2 when the split cannot be made."""
    started = time.monotonic()
    root = Path.cwd()
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    told = project["tool"]["seamline"]["testing"]
    parser = argparse.ArgumentParser(prog="python -m seamline.testing", add_help=False, allow_abbrev=False)
    parser.add_argument("--split", nargs="?", const=told["split"], default="")
    options, arguments = parser.parse_known_args(arguments)
    try:
        stays = project["tool"]["pytest"]["ini_options"]["seamline_hub_module"]
        plan = plan_of(options.split or told["split"], modules=module_names(root), stays=stays)
    except WrongSplit as error:
        print(f"error: --split: {error}", file=sys.stderr)
        return 2
    parts = told["split_parts"] if options.split else [*parts_of(root), *sample_of(told)]
    if extracted := extracted_modules(root):
        parts = _without_code_of(extracted, parts=parts, told=told)
    if options.split:
        arguments = ["--split", options.split, *arguments]
    failed = []
    with ExitStack() as stack:
        environment = dict(os.environ)
        for name in ("", *(deployable.name for deployable in plan.others)):
            environment[server_variable(name)] = _server(stack)
        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            for outcome in pool.map(lambda part: run_part(part, arguments=arguments, environment=environment), parts):
                print(f"\n=== {outcome.part} ({outcome.seconds:.0f} s)\n{outcome.output.rstrip()}", flush=True)
                if outcome.code != 0:
                    failed.append(outcome.part)
    verdict = f"FAILED: {failed}" if failed else "all passed"
    print(f"\n{len(parts)} parts in {time.monotonic() - started:.0f} s; {verdict}.")
    return 1 if failed else 0


def _without_code_of(extracted: Mapping[str, Path], *, parts: Sequence[str], told: dict[str, Any]) -> list[str]:
    """The parts that can be run though the code of some modules lives elsewhere; says what is left out.

    Tests of the whole run over a split in which the extracted modules' processes run from their own repositories.
    """
    away = ", ".join(f"{module} ({folder})" for module, folder in extracted.items())
    own = [part for part in parts if not part.startswith("tests/")]
    whole = [part for part in told["split_parts"] if " -m " not in part]
    if all((folder / "modules").is_dir() for folder in extracted.values()):
        own += [f"{part} --split {','.join(extracted)}" for part in whole]
        print(f"The code of {away} is not here: tests of the whole run over those repositories.", flush=True)
    else:
        print(f"SKIPPED: {' '.join(whole)}: the code of {away} is neither here nor there.", flush=True)
    return own


def _server(stack: ExitStack) -> str:
    directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="seamline-test-", ignore_cleanup_errors=True))
    server = EmbeddedServer(directory=Path(directory) / "postgres", fast=True)
    stack.callback(server.destroy)
    server.ensure_running()
    return server.url


def _holds_tests(path: Path) -> bool:
    return path.name.startswith("test_") if path.is_file() else any(path.glob("test_*.py"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
