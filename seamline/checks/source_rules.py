"""Rules for a module's source code that no import graph shows, found in its syntax trees.

Import edges themselves are import-linter's. What neither sees, PostgreSQL refuses at run time. This file may not know
Django's check framework.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from seamline.checks.finding import Finding

_SQL_TARGET = (
    r"\b(?:(?:FROM|JOIN|INTO|UPDATE|TABLE|TRUNCATE|REFERENCES|USING|COPY)\s+(?:ONLY\s+)?|FROM\s[\w\s\".,]*,\s*)"
    r"\"?(?P<schema>{schemas})\"?\.\"?\w"
)
_NAMES_AN_ALIAS = frozenset({"atomic", "after_commit", "connection_for", "using", "db_manager"})


def source_findings(
    *, module: str, folder: Path, neighbours: Iterable[str], package: str, may_call: Iterable[str]
) -> Iterator[Finding]:
    """What is wrong in the Python files of one module; its tests and migrations' own SQL are read too.

    :param neighbours: names of the other modules, which are also their schemas and app labels.
    :param package: the package in which all modules lie, such as ``modules``.
    :param may_call: class names of the contracts that the manifest lists in ``calls``, and the module's own.
    """
    others = tuple(sorted(neighbours))
    for path in sorted(folder.rglob("*.py")):
        if "tests" in path.relative_to(folder).parts:
            continue
        tree = ast.parse(path.read_text(), filename=str(path))
        visitor = _Visitor(module=module, others=others, package=package, may_call=frozenset(may_call))
        visitor.visit(tree)
        for line, identifier, problem, hint in visitor.found:
            yield Finding(id=identifier, where=f"{path}:{line}", problem=problem, hint=hint)


class _Visitor(ast.NodeVisitor):
    def __init__(self, *, module: str, others: tuple[str, ...], package: str, may_call: frozenset[str]) -> None:
        self.module = module
        self.others = others
        self.package = package
        self.may_call = may_call
        self.found: list[tuple[int, str, str, str]] = []
        self.names: dict[str, str] = {}
        self._sql = (
            re.compile(_SQL_TARGET.format(schemas="|".join((*others, "platform"))), re.IGNORECASE) if others else None
        )

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for alias in node.names:
            self.names[alias.asname or alias.name] = f"{node.module}.{alias.name}"

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname:
                self.names[alias.asname] = alias.name
            else:
                first = alias.name.partition(".")[0]
                self.names[first] = first

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._raw_transaction(node, self._qualified(node))
        self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> None:
        self._raw_transaction(node, self.names.get(node.id, ""))

    def visit_Call(self, node: ast.Call) -> None:
        called = self._qualified(node.func)
        given = (*node.args, *(keyword.value for keyword in node.keywords))
        text = next((a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)), None)
        if text is not None and called.endswith(("import_module", "__import__", "import_string")):
            self._dynamic_import(node, text)
        if (
            text is not None
            and called.endswith(("get_model", "get_app_config"))
            and text.partition(".")[0] in self.others
        ):
            self._report(
                node,
                "seamline.E013",
                f"reaches for the models of {text.partition('.')[0]!r} by name.",
                "Ask that module through its contract: use(...).",
            )
        if text in self.others and called.rpartition(".")[2] in _NAMES_AN_ALIAS:
            self._foreign_alias(node, text)
        for keyword in node.keywords:
            if keyword.arg == "using" and isinstance(keyword.value, ast.Constant):
                self._foreign_alias(node, keyword.value.value)
        if called == "seamline.calls.use" and node.args:
            contract = self._qualified(node.args[0]).rpartition(".")[2]
            if contract and contract not in self.may_call:
                self._report(
                    node,
                    "seamline.E010",
                    f"calls {contract}, which the manifest does not list.",
                    f"Add {contract} to calls=(...) in module.py, so that the topology knows.",
                )
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if self._qualified(node.value) == "django.db.connections" and isinstance(node.slice, ast.Constant):
            self._foreign_alias(node, node.slice.value)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a bare string is a docstring, not SQL
            self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if not isinstance(node.value, str) or self._sql is None:
            return
        match = self._sql.search(node.value)
        if match:
            self._report(
                node,
                "seamline.E014",
                f"holds SQL on the schema {match['schema'].lower()!r}.",
                "Ask that module through its contract, or subscribe to its events. PostgreSQL refuses it anyway.",
            )

    def _dynamic_import(self, node: ast.Call, text: str) -> None:
        package, _, rest = text.replace(":", ".").partition(".")
        other = rest.partition(".")[0]
        if package == self.package and other in self.others:
            self._report(
                node,
                "seamline.E013",
                f"imports {text!r} by name, from another module.",
                "Import its contract and call it: use(...).",
            )

    def _foreign_alias(self, node: ast.expr, alias: object) -> None:
        if alias in self.others:
            self._report(
                node,
                "seamline.E018",
                f"uses the database alias {alias!r}, which logs in as another module.",
                f'Use the module\'s own, "{self.module}", and ask the other module through its contract: use(...).',
            )

    def _raw_transaction(self, node: ast.Attribute | ast.Name, qualified: str) -> None:
        if qualified in ("django.db.transaction.atomic", "django.db.transaction.on_commit"):
            name = qualified.rpartition(".")[2]
            self._report(
                node,
                "seamline.E011",
                f"uses django.db.transaction.{name}, which acts on another database than the module's.",
                f'Use seamline.data.{"atomic" if name == "atomic" else "after_commit"}("{self.module}").',
            )

    def _qualified(self, node: ast.AST) -> str:
        if isinstance(node, ast.Name):
            return self.names.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self._qualified(node.value)}.{node.attr}"
        return ""

    def _report(self, node: ast.expr, identifier: str, problem: str, hint: str) -> None:
        entry = (node.lineno, identifier, problem, hint)
        if entry not in self.found:
            self.found.append(entry)
