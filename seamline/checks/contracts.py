"""Checks that every hosted module's contract is sound and implemented; run at each start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, register

from seamline.checks.contract_rules import contract_findings, implementation_findings
from seamline.checks.finding import Finding
from seamline.contract import Contract
from seamline.modules import Module, hosted_modules
from seamline.modules.manifest import imported


@register("seamline")
def check_contracts(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """``seamline.E001`` to ``E009``: contracts, implementations, events, and the paths that manifests name."""
    modules = hosted_modules()
    return [finding.message() for finding in (*_findings(modules), *_duplicates(modules))]


def _findings(modules: Sequence[Module]) -> Iterator[Finding]:
    for module in modules:
        yield from module_findings(module)


def module_findings(module: Module) -> Iterator[Finding]:
    """What is wrong with one module's manifest, contract and implementation."""
    if module.contract is not None:
        yield from contract_findings(module.contract)
        yield from _implementation(module, module.contract)
    for path, what in _paths(module):
        try:
            found = imported(path)
        except (ImportError, ValueError) as error:
            yield _unresolved(module, what, path, str(error))
            continue
        if not callable(found) and what != "saga":
            yield _unresolved(module, what, path, "it is not callable")


def _implementation(module: Module, contract: type[Contract]) -> Iterator[Finding]:
    if contract.module != module.name:
        yield Finding(
            id="seamline.E001",
            where=module.name,
            problem=f"its contract {contract.__name__} says it belongs to {contract.module!r}.",
            hint="Use the same name in the contract and in the manifest.",
        )
    try:
        implementation = imported(module.implementation)
    except (ImportError, ValueError) as error:
        yield Finding(
            id="seamline.E001",
            where=module.name,
            problem=f"its implementation {module.implementation!r} cannot be imported: {error}",
            hint="Name it in the manifest as package.file:Class.",
        )
        return
    yield from implementation_findings(contract, implementation)


def _paths(module: Module) -> Iterator[tuple[str, str]]:
    for subscription in module.subscriptions:
        yield subscription.handler, f"the handler of subscription {subscription.name!r}"
    for job in module.jobs:
        yield job.run, f"the job {job.name!r}"
    for saga in module.sagas:
        yield saga, "saga"


def _unresolved(module: Module, what: str, path: str, reason: str) -> Finding:
    return Finding(
        id="seamline.E009",
        where=module.name,
        problem=f"{what}, {path!r}, cannot be used: {reason}.",
        hint="Name it in the manifest as package.file:name.",
    )


def _duplicates(modules: Sequence[Module]) -> Iterator[Finding]:
    names = Counter(entry.name for module in modules for entry in module.subscriptions)
    names.update(entry.name for module in modules for entry in module.jobs)
    for name in (name for name, count in names.items() if count > 1):
        yield Finding(
            id="seamline.E009",
            where=name,
            problem="names more than one subscription or job.",
            hint="Names are stored with cursors: make each unique.",
        )
