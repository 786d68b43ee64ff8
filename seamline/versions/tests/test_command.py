"""``manage.py contracts`` as people and CI run it, over contracts that change under it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from seamline.management.commands import contracts as command_file
from seamline.versions.tests.test_comparison import c, contract, item, more_optional, more_required, put


class Project:
    """Contracts and their records, in place of the project's."""

    def __init__(self, patch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch, self._capsys, self.folder = patch, capsys, folder
        patch.setattr(command_file, "records_folder", lambda: folder)

    def declare(self, *contracts: Any) -> None:
        self._patch.setattr(command_file, "declared_contracts", lambda: contracts)

    def run(self, *arguments: str) -> tuple[int, Any]:
        """Exit status and JSON."""
        status = 0
        try:
            call_command("contracts", *arguments, "--format", "json")
        except SystemExit as error:
            status = int(str(error.code))
        return status, json.loads(self._capsys.readouterr().out)


@pytest.fixture
def project(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Project:
    made = Project(monkeypatch, tmp_path / "released", capsys)
    made.declare(contract(item=item, put=put))
    return made


def test_contract_is_unreleased_then_released_then_checked(project: Project) -> None:
    assert project.run("check")[0] == 1
    status, told = project.run("release", "--dry-run")
    assert (status, told["released"], project.folder.exists()) == (0, ["shelves"], False)
    assert project.run("release")[0] == 0
    assert project.run("check") == (0, {"findings": []})
    (row,) = project.run("status")[1]["contracts"]
    assert (row["module"], row["version"], row["released"], row["operations"]) == ("shelves", "1.0", "1.0", 2)


def test_change_that_both_sides_understand_is_released_under_a_new_version_only(project: Project) -> None:
    project.run("release")
    project.declare(contract("1.0", item=item, put=c(more_optional)))
    status, told = project.run("release")
    assert (status, told["released"]) == (1, [])
    assert "is version 1.0 still" in json.dumps(told)
    project.declare(contract("1.1", item=item, put=c(more_optional)))
    assert project.run("check")[0] == 1
    assert project.run("release") == (0, {"findings": [], "released": ["shelves"], "removed": []})
    assert project.run("check")[0] == 0


def test_change_that_breaks_is_released_only_when_nobody_runs_the_released_version(project: Project) -> None:
    project.run("release")
    project.declare(contract("2.0", item=item, put=c(more_required)))
    status, told = project.run("check")
    assert (status, told["findings"][0]["verdict"]) == (1, "breaks")
    status, told = project.run("release")
    assert (status, told["released"]) == (1, [])
    assert "'shelf'" in told["findings"][0]["problem"]
    assert project.run("release", "--retired")[1]["released"] == ["shelves"]
    assert project.run("check")[0] == 0


def test_contract_that_is_gone_leaves_only_when_nobody_runs_the_released_version(project: Project) -> None:
    project.run("release")
    project.declare()
    assert project.run("release")[0] == 1
    assert project.run("release", "--retired") == (0, {"findings": [], "released": [], "removed": ["shelves"]})
    assert list(project.folder.iterdir()) == []


def test_damaged_record_is_said_and_nothing_is_written(project: Project) -> None:
    project.run("release")
    path = project.folder / "shelves.json"
    path.write_text(path.read_text().replace('"sku"', '"code"'))
    before = path.read_text()
    with pytest.raises(CommandError, match="restore it") as caught:
        call_command("contracts", "release")
    assert caught.value.returncode == 1
    assert path.read_text() == before


def test_gate_of_ci_runs_the_check(project_root: Path) -> None:
    assert "manage.py contracts check" in (project_root / ".ci/run").read_text()
