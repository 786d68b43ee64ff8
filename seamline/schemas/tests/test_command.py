"""``manage.py events schemas`` as people and CI run it: a planted fault in a copy of the project fails its gates."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from seamline.management.events import schemas as action
from seamline.schemas import Source
from seamline.schemas.tests.making import NAME, contract, event


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    """Exit status and JSON."""
    status = 0
    try:
        call_command("events", "schemas", *arguments, "--format", "json")
    except SystemExit as error:
        status = int(str(error.code))
    return status, json.loads(capsys.readouterr().out)


def test_check_release_and_refusal(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def declare(**fields: type) -> None:
        found = Source(publishers=(contract(event(fields)),), folder=folder)
        monkeypatch.setattr(action, "sources", lambda: (found,))

    declare(item=str, grams=int)
    status, answer = run(capsys, "--check")
    assert (status, [each["kind"] for each in answer["findings"]]) == (1, ["unreleased"])
    status, answer = run(capsys, "--release", "--dry-run")
    assert (status, [each["event"] for each in answer["released"]], folder.exists()) == (0, [NAME], False)
    assert run(capsys, "--release")[0] == 0
    assert run(capsys, "--check") == (0, {"findings": []})
    declare(item=str)
    status, answer = run(capsys, "--release")
    assert (status, answer["released"]) == (1, [])
    assert answer["findings"][0]["advice"].startswith("Keep the field")


def test_incompatible_change_of_a_contract_fails_the_gates_of_ci(project_root: Path, tmp_path: Path) -> None:
    gates = (project_root / ".ci/run").read_text()
    assert "manage.py check" in gates
    assert "manage.py events schemas --check" in gates
    for folder in ("contracts", "modules", "project", "seamline"):
        shutil.copytree(project_root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "tests"))
    shutil.copy(project_root / "manage.py", tmp_path)
    contract_file = tmp_path / "contracts/orders.py"
    intact = contract_file.read_text()
    start = intact.index("class OrderPlaced(")
    planted = intact[:start] + intact[start:].replace("    country: str\n", "", 1)
    assert planted != intact
    contract_file.write_text(planted)
    for arguments in (("check",), ("events", "schemas", "--check")):
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=tmp_path,
            env={"PATH": "/usr/bin:/bin", "DATABASE_URL": "postgresql://127.0.0.1:1/none", "SEAMLINE_SECRET": "s" * 50},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 1, done.stdout + done.stderr
        assert "orders.order_placed, field country" in done.stdout + done.stderr
        assert "Keep the field" in done.stdout + done.stderr
