"""A module's code leaves: its repository stands alone, and the monolith does without.

The repositories are written for each test run and their own gates are run, with the packages that are installed here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from seamline.embedded import default_server
from seamline.embedded.ports import free_port
from seamline.testing import wait_until
from tests.deployables import ROOT, answers, buy, some_skus
from tests.split.shop import PATIENCE, environment

MODULE = "payments"

pytestmark = pytest.mark.split_run


@pytest.fixture(scope="module")
def monolith(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's files, without the code of the module in the end: tests run in their order."""
    root = tmp_path_factory.mktemp("extract") / "shop"
    ignored = shutil.ignore_patterns("__pycache__", ".venv", ".seamline", ".git", "docs", "benchmarks", ".*_cache")
    shutil.copytree(ROOT, root, ignore=ignored)
    return root


@pytest.fixture(scope="module")
def repository(monolith: Path) -> Path:
    output = monolith.parent / "payments-service"
    said = run(monolith, "carve", "extract", MODULE, "--output", str(output), "--format", "json")
    assert said["written"] is True
    return output


def run(root: Path, *words: str, status: int = 0) -> dict[str, object]:
    """What a management command says in JSON."""
    done = in_folder(root, sys.executable, "manage.py", *words)
    assert done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout) if done.stdout.strip() else {"said": done.stderr}


def in_folder(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in a repository, whose own code comes before what is installed."""
    return subprocess.run(
        words, cwd=root, env=environment(PYTHONPATH=str(root)), capture_output=True, text=True, timeout=900, check=False
    )


def passes(root: Path, *words: str) -> str:
    done = in_folder(root, *words)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    return done.stdout


def tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def test_repository_has_what_the_module_needs_and_no_other_module(repository: Path) -> None:
    assert [path.parent.name for path in repository.glob("modules/*/module.py")] == [MODULE]
    assert {path.stem for path in repository.glob("contracts/*.py")} >= {"__init__", "kernel", MODULE}
    assert not (repository / "contracts" / "recommendations.py").exists()
    assert not (repository / "project" / "retail").exists()
    for name in ("README.md", ".ci/run", ".github/workflows/ci.yml", "deploy/Dockerfile", "deploy/compose.yaml"):
        assert (repository / name).is_file(), name
    assert os.access(repository / ".ci" / "run", os.X_OK)
    lock = (repository / "requirements.lock").read_text()
    assert "\ndjango==" in lock
    assert "\nimport-linter==" in lock
    assert "\nscipy==" not in lock, "what recommendations alone need came along"
    assert str(ROOT) not in "".join(path.read_text() for path in repository.rglob("*") if is_text(path))


def is_text(path: Path) -> bool:
    return path.is_file() and path.suffix in {".py", ".md", ".toml", ".yaml", ".yml", ".ini", ".json", ""}


def test_repository_keeps_its_own_rules(repository: Path) -> None:
    passes(repository, tool("ruff"), "check", "--no-cache", ".")
    passes(repository, tool("ruff"), "format", "--no-cache", "--check", ".")
    assert "0 broken" in passes(repository, tool("lint-imports"), "--no-cache", "--config", "importlinter.ini")


def test_repository_passes_its_own_tests(repository: Path) -> None:
    said = passes(repository, sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:cacheprovider")
    assert "7 passed" in said
    said = passes(repository, sys.executable, "-m", "pytest", f"modules/{MODULE}/tests/test_contract.py", "-q")
    assert "passed" in said
    assert "failed" not in said


def test_manifests_are_yaml_that_names_the_service(repository: Path) -> None:
    import yaml

    documents = list(yaml.safe_load_all((repository / "deploy" / "kubernetes.yaml").read_text()))
    assert [each["kind"] for each in documents] == ["Deployment", "Service", "PodDisruptionBudget"]
    assert {each["metadata"]["name"] for each in documents} == {"payments-service"}
    compose = yaml.safe_load((repository / "deploy" / "compose.yaml").read_text())
    assert set(compose["services"]) == {"database", "service"}
    dockerfile = (repository / "deploy" / "Dockerfile").read_text()
    copied = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("COPY")]
    assert all((repository / name).exists() for name in copied)


def test_folder_that_is_not_empty_is_refused(monolith: Path, repository: Path) -> None:
    refused = run(monolith, "carve", "extract", MODULE, "--output", str(repository), status=1)
    assert "is not empty" in str(refused["said"])


def test_module_that_other_code_names_cannot_leave(monolith: Path, repository: Path) -> None:
    wiring = monolith / "project" / "urls.py"
    text = wiring.read_text()
    wiring.write_text(text + f'\nPLANTED = "modules.{MODULE}.service"\n')
    refused = run(monolith, "carve", "shrink", MODULE, "--repository", str(repository), "--no-input", status=1)
    wiring.write_text(text)
    assert f"project/urls.py:{text.count(chr(10)) + 2}" in str(refused["said"])
    assert (monolith / "modules" / MODULE).is_dir()


def test_monolith_without_the_code_passes_its_tests_and_buys_through_the_service(
    monolith: Path, repository: Path
) -> None:
    run(monolith, "carve", "shrink", MODULE, "--repository", str(repository), "--no-input", "--format", "json")
    assert not (monolith / "modules" / MODULE).exists()
    passes(monolith, sys.executable, "-m", "pytest", "modules/orders", "-q", "-k", "contract")
    assert "0 broken" in passes(monolith, tool("lint-imports"), "--no-cache", "--config", "importlinter.ini")
    said = passes(monolith, sys.executable, "-m", "seamline.testing", "-k", "test_races")
    assert f"--split {MODULE} " in said
    assert "tests/checkout/test_races.py" in said
    address, service = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    with (
        up(monolith, SEAMLINE_ADVERTISE=address),
        up(repository, SEAMLINE_REGISTRY=address, SEAMLINE_ADVERTISE=service),
    ):
        wait_until(lambda: some_skus(address), seconds=PATIENCE, every=0.5, what="products")
        order = buy(address)
        with psycopg.connect(default_server(repository).url, options=f"-c search_path={MODULE}") as connection:
            paid = connection.execute("SELECT count(*) FROM payment WHERE order_id = %s", [order]).fetchone()
        assert paid == (1,)


@contextmanager
def up(root: Path, **further: str) -> Iterator[None]:
    """``manage.py up`` in a repository, at the address that it advertises, until the block ends."""
    address = further["SEAMLINE_ADVERTISE"]
    with (root / "up.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", address.rpartition(":")[2]],
            cwd=root,
            env=environment(PYTHONPATH=str(root), **further),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: answers(address, process), seconds=PATIENCE, every=0.2, what=root.name)
        yield
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
        default_server(root).stop()
