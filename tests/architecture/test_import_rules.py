"""The real ``importlinter.ini`` on a small tree of packages, once sound and once with each violation planted."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SKELETON = (
    "seamline/bus",
    "seamline/contract",
    "seamline/calls",
    "seamline/carve",
    "seamline/control",
    "seamline/data",
    "seamline/discovery",
    "seamline/events",
    "seamline/eventsourcing",
    "seamline/externalise",
    "seamline/fallback",
    "seamline/gateway",
    "seamline/history",
    "seamline/identity",
    "seamline/placement",
    "seamline/platform",
    "seamline/projections",
    "seamline/resilience",
    "seamline/sagas",
    "seamline/modules",
    "seamline/schemas",
    "seamline/signing",
    "seamline/telemetry",
    "seamline/testing",
    "seamline/transport",
    "seamline/versions",
    "contracts",
    "modules/orders/domain",
    "modules/orders/application",
    "modules/billing/domain",
    "project",
)
PLANTED = {
    "framework imports a contract of the shop": ("seamline/calls/planted.py", "import contracts"),
    "framework imports a module": ("seamline/calls/planted.py", "import modules.orders"),
    "contract imports a module": ("contracts/planted.py", "import modules.orders"),
    "contract imports Django": ("contracts/planted.py", "from django.db import models"),
    "contract imports Django through the framework": ("contracts/planted.py", "import seamline.data.uses_django"),
    "contract vocabulary imports psycopg": ("seamline/contract/planted.py", "import psycopg"),
    "module imports its neighbour": ("modules/orders/planted.py", "from modules.billing import domain"),
    "module imports its neighbour inside a function": (
        "modules/orders/planted.py",
        "def late():\n    from modules.billing import domain\n    return domain",
    ),
    "module imports the project": ("modules/orders/planted.py", "import project"),
    "domain imports Django": ("modules/orders/domain/planted.py", "from django.utils import timezone"),
    "domain imports the data room": ("modules/orders/domain/planted.py", "import seamline.data"),
    "production code imports the testing room": ("modules/orders/planted.py", "import seamline.testing"),
}


@pytest.fixture
def tree(tmp_path: Path, project_root: Path) -> Path:
    for package in SKELETON:
        folder = tmp_path / package
        folder.mkdir(parents=True, exist_ok=True)
        for level in (folder, *folder.parents):
            if level == tmp_path:
                break
            (level / "__init__.py").touch()
    (tmp_path / "seamline/data/uses_django.py").write_text("import django\n")
    (tmp_path / "project/wiring.py").write_text("import modules.orders, modules.billing, contracts, seamline.calls\n")
    (tmp_path / "modules/orders/sound.py").write_text("import contracts, seamline.data, django\n")
    shutil.copy(project_root / "importlinter.ini", tmp_path)
    return tmp_path


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())"
    return subprocess.run(
        [sys.executable, "-c", program, "--config", "importlinter.ini", "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_sound_tree_passes(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 broken" in result.stdout


@pytest.mark.parametrize("name", PLANTED)
def test_planted_import_is_found(tree: Path, name: str) -> None:
    path, source = PLANTED[name]
    (tree / path).write_text(source + "\n")
    result = lint(tree)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "BROKEN" in result.stdout
