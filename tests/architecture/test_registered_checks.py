"""The checks as Django runs them: planted faults in manifests, models and servers, and that each id is explained."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import run_checks
from django.db import connections, models
from django.test.utils import isolate_apps

from contracts.catalog import Catalog
from contracts.inventory import Inventory
from contracts.orders import OrderPlaced
from modules.catalog.models import CategoryRow
from seamline.checks.boundaries import relation_findings
from seamline.checks.contracts import check_contracts, module_findings
from seamline.checks.databases import alias_findings, connection_budget
from seamline.data.migration import as_owner
from seamline.events import Subscription
from seamline.jobs import Job
from seamline.modules import Module, module_named
from seamline.modules import registry as registry_file
from seamline.modules.registry import hosted_modules

IDENTIFIER = re.compile(r"seamline\.[EW]\d{3}")


def ids(findings: Any) -> list[str]:
    return [finding.id for finding in findings]


def test_the_shop_itself_passes_every_check() -> None:
    assert [message for message in run_checks() if str(message.id).startswith("seamline.")] == []


@pytest.mark.parametrize(
    "implementation", ["modules.catalog.service:Missing", "modules.catalog.nowhere:Service", "", "builtins:dict"]
)
def test_implementation_that_is_none_is_found(implementation: str) -> None:
    planted = Module(name="catalog", owner="x", contract=Catalog, implementation=implementation)
    assert ids(module_findings(planted)) == ["seamline.E001"]


def test_contract_of_another_module_is_found() -> None:
    planted = replace(module_named("catalog"), contract=Inventory)
    assert "seamline.E001" in ids(module_findings(planted))


@pytest.mark.parametrize(
    "change",
    [
        {"subscriptions": (Subscription(name="catalog.x", events=(OrderPlaced,), handler="modules.catalog.no:where"),)},
        {"jobs": (Job(name="catalog.x", run="modules.catalog.service:missing", every=1.0),)},
        {"jobs": (Job(name="catalog.x", run="modules.catalog.application.search:LARGEST_PAGE", every=1.0),)},
        {"sagas": ("modules.catalog.service:missing",)},
    ],
)
def test_path_that_leads_nowhere_is_found(change: dict[str, Any]) -> None:
    assert ids(module_findings(replace(module_named("catalog"), **change))) == ["seamline.E009"]


def test_two_jobs_with_one_name_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(name="catalog.twice", run="modules.catalog.application.categories:categories", every=1.0)
    planted = replace(module_named("catalog"), jobs=(job, job))
    monkeypatch.setitem(registry_file._HOSTED, "catalog", planted)
    assert [message.id for message in check_contracts(None)] == ["seamline.E009"]


@pytest.mark.parametrize("kind", [models.ForeignKey, models.OneToOneField, models.ManyToManyField])
def test_relation_into_another_schema_is_found(kind: type[models.Field[Any, Any]]) -> None:
    options = {} if kind is models.ManyToManyField else {"on_delete": models.CASCADE}
    fields = {"to_user": kind(User, related_name="+", **options), "__module__": __name__}
    meta = type("Meta", (), {"app_label": "catalog"})
    with isolate_apps("modules.catalog", "django.contrib.auth", "django.contrib.contenttypes"):
        planted = type(f"Planted{kind.__name__}", (models.Model,), {**fields, "Meta": meta})
        assert "seamline.E012" in ids(relation_findings(planted))


def test_relation_within_the_schema_passes() -> None:
    assert ids(relation_findings(CategoryRow.products.field.model)) == []


def test_module_without_a_django_app_of_its_name_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry_file._HOSTED, "appless", Module(name="appless", owner="x"))
    assert "seamline.E017" in [message.id for message in run_checks(tags=["seamline"])]
    assert "appless" in {module.name for module in hosted_modules()}


@pytest.mark.usefixtures("database")
class TestServers:
    def test_serving_role_passes_and_the_owner_is_found(self) -> None:
        assert ids(alias_findings("catalog")) == []
        with as_owner("catalog"):
            assert ids(alias_findings("catalog")) == ["seamline.E016"]

    def test_more_connections_than_the_server_has_are_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert connection_budget("catalog") == 0  # tests keep no pools
        with connections["catalog"].cursor() as cursor:
            cursor.execute("SELECT current_setting('max_connections')::int")
            (most,) = cursor.fetchone()
        database = settings.DATABASES["catalog"]
        options = {**database["OPTIONS"], "pool": {"max_size": most + 1}}
        monkeypatch.setitem(settings.DATABASES, "catalog", {**database, "OPTIONS": options})
        assert ids(alias_findings("catalog")) == ["seamline.W015"]


def test_every_id_is_explained_and_has_a_planted_fault(project_root: Path) -> None:
    folder = project_root / "seamline" / "checks"
    used = {name for file in folder.glob("*.py") for name in re.findall(r'"(seamline\.[EW]\d{3})"', file.read_text())}
    assert len(used) >= 16
    explained = set(
        re.findall(r"^## (seamline\.[EW]\d{3})$", (project_root / "docs/checks.md").read_text(), re.MULTILINE)
    )
    assert used == explained
    tests = (*(folder / "tests").glob("test_*.py"), Path(__file__))
    planted = {name for file in tests for name in IDENTIFIER.findall(file.read_text())}
    assert used <= planted
