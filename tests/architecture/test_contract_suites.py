"""Every contract has a behavioural suite in its module, which runs in all runners and touches all that it promises."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from seamline.contract import Contract
from seamline.modules import Module, hosted_modules

MODULES = [module for module in hosted_modules() if module.contract is not None]


def names_in(path: Path) -> set[str]:
    """All names and attributes that the file uses."""
    tree = ast.parse(path.read_text())
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    used |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return used | {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}


def untested(contract: type[Contract], used: set[str]) -> set[str]:
    """Operations and documented errors that the names do not mention."""
    promised = set(contract.operations)
    promised |= {error.__name__ for operation in contract.operations.values() for error in operation.errors}
    return promised - used


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_suite_runs_in_every_runner_and_touches_every_operation_and_error(module: Module, project_root: Path) -> None:
    assert module.contract is not None
    used: set[str] = set()
    suites = sorted((project_root / "modules" / module.name / "tests").glob("test_contract*.py"))
    assert suites, f"modules/{module.name}/tests has no test_contract*.py"
    helpers = project_root / "modules" / module.name / "tests" / "helpers.py"
    for file in (*suites, *([helpers] if helpers.exists() else [])):
        used |= names_in(file)
    assert "runner" in used or any("runner" in suite.read_text() for suite in suites)
    assert untested(module.contract, used) == set()


def test_forgotten_operation_and_error_are_found(tmp_path: Path) -> None:
    from contracts.inventory import Inventory

    suite = tmp_path / "test_contract.py"
    suite.write_text("def test_a(runner):\n    use(Inventory).reserve()\n    OutOfStock\n")
    missing = untested(Inventory, names_in(suite))
    assert "reserve" not in missing
    assert "OutOfStock" not in missing
    assert {"release", "ReservationGone"} <= missing
