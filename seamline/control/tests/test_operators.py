"""What operators do, by commands and over HTTP: who may, what is refused, and that each act is kept with its actor."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from seamline.control import acts, overview
from seamline.control.table import TableBoard
from seamline.control.tests.test_boards import HAPPENED, REPORT
from seamline.resilience.breaker import BreakerState

pytestmark = pytest.mark.usefixtures("database")
BASE = "/api/v1/operations"
FORCE = {"callee": "payments", "state": "forced_open", "reason": "the provider is down"}
FAULT = {"kind": "latency", "callee": "payments", "seconds": 0.5, "reason": "drill", "lasts": 30}


def run(*arguments: str) -> Any:
    """What the command prints as JSON."""
    out = StringIO()
    call_command(*arguments, "--format", "json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def findings(*arguments: str) -> Any:
    """The same, of a command that must end with exit status 1."""
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command(*arguments, "--format", "json", stdout=out, stderr=StringIO())
    assert ended.value.code == 1
    return json.loads(out.getvalue())


@pytest.fixture
def client_of() -> Callable[..., Client]:
    def make(*permissions: str, staff: bool = True) -> Client:
        user = User.objects.create_user("ann", password="long enough", is_staff=staff)
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        client = Client()
        client.force_login(user)
        return client

    return make


def post(client: Client, path: str, body: dict[str, Any], method: str = "post") -> Any:
    return getattr(client, method)(f"{BASE}/{path}", json.dumps(body), content_type="application/json")


def test_commands_force_show_and_release() -> None:
    assert run("breakers", "list") == {
        "breakers": [],
        "faults_allowed": settings.SEAMLINE_FAULTS,
        "orders": {"breakers": [], "faults": [], "policies": []},
        "processes": 0,
    }
    assert run("breakers", "force", "payments", "forced_open", "--reason", "x", "--dry-run")["ordered"] is None
    assert overview().orders.breakers == ()
    assert run("breakers", "force", "payments", "forced_open", "--reason", "the provider is down")["ordered"]["actor"]
    (shown,) = findings("breakers", "list")["breakers"]
    assert (shown["callee"], shown["state"]) == ("payments", "forced_open")
    assert run("breakers", "release", "payments", "--reason", "it is up", "--dry-run")["released"] is False
    assert run("breakers", "release", "payments", "--reason", "it is up")["released"] is True
    with pytest.raises(CommandError, match="not forced"):
        run("breakers", "release", "payments", "--reason", "it is up")
    told = run("breakers", "history")
    assert [each["action"] for each in told["acts"]] == ["withdrawn", "placed"]
    assert all(each["actor"].startswith("operator:") for each in told["acts"])


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("force", "nowhere", "forced_open", "--reason", "x"), "nowhere"),
        (("force", "payments", "forced_open", "--reason", "  "), "reason"),
        (("force", "payments@one", "disabled", "--reason", "x"), "forced_open"),
        (("policy", "payments", "--set", '{"breaker": {"open": 1}}', "--reason", "x"), "open"),
        (("policy", "payments", "--restore", "--reason", "x"), "nothing to take back"),
    ],
)
def test_commands_say_what_cannot_be(arguments: tuple[str, ...], named: str) -> None:
    with pytest.raises(CommandError, match=named) as refused:
        run("breakers", *arguments)
    assert refused.value.returncode == 1
    assert acts() == ()


def test_commands_override_and_restore_a_policy() -> None:
    override = '{"bulkhead": {"concurrent": 8}}'
    run("breakers", "policy", "payments", "--set", override, "--reason", "few connections", "--dry-run")
    assert overview().orders.policies == ()
    run("breakers", "policy", "payments", "--set", override, "--reason", "few connections")
    assert run("breakers", "policy", "payments")["policy"]["bulkhead"]["concurrent"] == 8
    run("breakers", "policy", "payments", "--restore", "--reason", "more connections")
    assert run("breakers", "policy", "payments")["overridden_before"] is None
    with pytest.raises(CommandError) as wrong:
        run("breakers", "policy", "payments", "--set", "no JSON", "--reason", "x")
    assert wrong.value.returncode == 2


def test_commands_add_and_remove_faults_where_they_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    add = ("faults", "add", "error", "payments", "--percent", "10", "--lasts", "30", "--reason", "drill")
    monkeypatch.setattr(settings, "SEAMLINE_FAULTS", False)
    with pytest.raises(CommandError, match="SEAMLINE_FAULTS"):
        run(*add)
    monkeypatch.setattr(settings, "SEAMLINE_FAULTS", True)
    assert run(*add, "--dry-run")["fault"] is None
    with pytest.raises(CommandError, match="3600"):
        run("faults", "add", "error", "payments", "--lasts", "3601", "--reason", "drill")
    with pytest.raises(CommandError, match="no operation 'nope'"):
        run("faults", "add", "error", "payments", "--operation", "nope", "--reason", "drill")
    added = run(*add)["fault"]["fault"]["id"]
    (shown,) = findings("faults", "list")["faults"]
    assert shown["fault"]["id"] == added
    assert run("faults", "remove", added, "--reason", "seen")["removed"] is True
    assert run("faults", "list")["faults"] == []


def test_text_for_people_is_printed() -> None:
    board = TableBoard()
    board.exchange(report=REPORT, happened=[HAPPENED])
    board.close()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("breakers", "list", stdout=out)
    assert "orders" in out.getvalue()
    assert "1/1 (needs 2)" in out.getvalue()
    out = StringIO()
    call_command("breakers", "history", stdout=out)
    assert "closed -> open in one (0 failed, 0 slow of 0): 4 of 4" in out.getvalue()


def test_operators_see_and_only_those_with_the_permission_steer(client_of: Callable[..., Client]) -> None:
    assert Client().get(f"{BASE}/breakers").status_code in (401, 403)
    assert post(Client(), "breakers/force", FORCE).status_code in (401, 403)
    watcher = client_of()
    for path in ("breakers", "breakers/history", "faults", "policies/payments"):
        assert watcher.get(f"{BASE}/{path}").status_code == 200
    for path, body in (
        ("breakers/force", FORCE),
        ("breakers/release", {"callee": "payments", "reason": "x"}),
        ("faults", FAULT),
        ("faults/fault-1/remove", {"reason": "x"}),
        ("policies/payments/restore", {"reason": "x"}),
    ):
        assert post(watcher, path, body).status_code == 403
    override = {"override": {"retry": {"attempts": 1}}, "reason": "x"}
    assert post(watcher, "policies/payments", override, method="put").status_code == 403
    assert acts() == ()


def test_operators_steer_over_http_and_it_is_kept_who_did_it(
    client_of: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_FAULTS", True)
    client = client_of("control_calls")
    forced = post(client, "breakers/force", FORCE)
    assert (forced.status_code, forced.json()["actor"]) == (200, "operator:ann")
    (shown,) = client.get(f"{BASE}/breakers").json()["breakers"]
    assert (shown["callee"], shown["state"]) == ("payments", BreakerState.FORCED_OPEN)
    assert post(client, "breakers/release", {"callee": "payments", "reason": "up"}).status_code == 204
    assert post(client, "breakers/release", {"callee": "payments", "reason": "up"}).status_code == 404
    assert post(client, "breakers/force", {**FORCE, "callee": "nowhere"}).status_code == 404
    assert post(client, "breakers/force", {**FORCE, "state": "open"}).status_code == 400
    added = post(client, "faults", FAULT)
    assert added.status_code == 201
    assert client.get(f"{BASE}/faults").json()["faults"][0]["id"] == added.json()["id"]
    assert post(client, f"faults/{added.json()['id']}/remove", {"reason": "seen"}).status_code == 204
    override = {"override": {"retry": {"attempts": 1}}, "reason": "calm"}
    changed = post(client, "policies/payments", override, method="put")
    assert changed.json()["policy"]["retry"]["attempts"] == 1
    wrong = post(client, "policies/payments", {**override, "override": {"retry": {"attempts": 99}}}, method="put")
    assert wrong.status_code == 400
    restored = post(client, "policies/payments/restore", {"reason": "calm again"})
    assert restored.json()["override"] is None
    monkeypatch.setattr(settings, "SEAMLINE_FAULTS", False)
    assert post(client, "faults", FAULT).status_code == 403
    assert len(acts()) == 6
    assert {each.actor for each in acts()} == {"operator:ann"}


def test_a_deployable_that_is_not_the_hub_gives_no_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SEAMLINE_REGISTRY", "http://hub.example:8000")
    with pytest.raises(CommandError, match="at the hub"):
        run("breakers", "force", "payments", "forced_open", "--reason", "x")
