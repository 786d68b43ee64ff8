"""Calls of contracts in loops, found in the syntax trees of modules: a call each turn is a hop each turn once remote.

Also through a function of the same file that makes the call, one step deep. This file may not import what it reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSite:
    """A place in the code that calls an operation of a contract."""

    path: Path
    line: int
    contract: str
    """The class name."""
    operation: str
    in_loop: bool
    through: str = ""
    """The function that makes the call, where the loop calls that."""


def call_sites(folder: Path) -> Iterator[CallSite]:
    """Every call of a contract below the folder, tests and migrations left out; repeated in a loop or not."""
    for path in sorted(folder.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.relative_to(folder).parts):
            yield from sites_in(path.read_text(), path=path)


def sites_in(source: str, *, path: Path) -> Iterator[CallSite]:
    """The calls of one file."""
    tree = ast.parse(source, filename=str(path))
    callers: dict[str, list[tuple[str, str]]] = {}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            clients = _clients(function)
            made = [
                found
                for node in ast.walk(function)
                if isinstance(node, ast.Call) and (found := _operation(node, clients)) is not None
            ]
            if made:
                callers[function.name] = made
    visitor = _Visitor(path=path, callers=callers, clients=_clients(tree))
    visitor.visit(tree)
    yield from visitor.found


class _Visitor(ast.NodeVisitor):
    def __init__(self, *, path: Path, callers: dict[str, list[tuple[str, str]]], clients: dict[str, str]) -> None:
        self.path = path
        self.callers = callers
        self.clients = clients
        self.depth = 0
        self.found: list[CallSite] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.For | ast.AsyncFor):
            self.visit(node.iter)  # evaluated once
            self._within([node.target, *node.body])
            for each in node.orelse:
                self.visit(each)
        elif isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            first, *others = node.generators
            self.visit(first.iter)
            parts: list[ast.AST] = [*first.ifs, *others]
            parts += [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            self._within(parts)
        elif isinstance(node, ast.While):
            self._within([node.test, *node.body])
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # A function that is defined in a loop is not called by that.
            depth, self.depth = self.depth, 0
            self.generic_visit(node)
            self.depth = depth
        else:
            if isinstance(node, ast.Call):
                self._call(node)
            self.generic_visit(node)

    def _within(self, nodes: list[ast.AST]) -> None:
        self.depth += 1
        for node in nodes:
            self.visit(node)
        self.depth -= 1

    def _call(self, node: ast.Call) -> None:
        found = _operation(node, self.clients)
        if found is not None:
            self._add(node, *found)
        elif self.depth and isinstance(node.func, ast.Name) and node.func.id in self.callers:
            for contract, operation in self.callers[node.func.id]:
                self._add(node, contract, operation, through=node.func.id)

    def _add(self, node: ast.Call, contract: str, operation: str, *, through: str = "") -> None:
        self.found.append(
            CallSite(
                path=self.path,
                line=node.lineno,
                contract=contract,
                operation=operation,
                in_loop=self.depth > 0,
                through=through,
            )
        )


def _operation(node: ast.Call, clients: dict[str, str]) -> tuple[str, str] | None:
    """Contract and operation of ``use(Contract, ...).operation(...)``, or of a name that holds such a client."""
    if not isinstance(node.func, ast.Attribute):
        return None
    receiver = node.func.value
    if isinstance(receiver, ast.Call) and (contract := _used(receiver)):
        return contract, node.func.attr
    if isinstance(receiver, ast.Name) and receiver.id in clients:
        return clients[receiver.id], node.func.attr
    return None


def _used(node: ast.Call) -> str:
    if isinstance(node.func, ast.Name) and node.func.id == "use" and node.args and isinstance(node.args[0], ast.Name):
        return node.args[0].id
    return ""


def _clients(tree: ast.AST) -> dict[str, str]:
    """Names to which a client is assigned."""
    return {
        target.id: contract
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and (contract := _used(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }
