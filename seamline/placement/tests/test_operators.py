"""What operators do about placements, by commands and over HTTP: who may, what is refused, and what is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import CommandError, call_command
from django.test import Client

from seamline.control.table import django_execute
from seamline.discovery import Instance
from seamline.discovery.table import TableRegistry
from seamline.placement import record
from seamline.placement.place_service import place_service, placement_changes
from seamline.placement.values import Serves

pytestmark = pytest.mark.usefixtures("database")
BASE = "/api/v1/operations/placement"
SERVICE = {"serves": "service", "reason": "its own team"}


def run(*arguments: str, findings: bool = False) -> Any:
    """What the command prints as JSON; with findings it must end with exit status 1."""
    out = StringIO()
    with pytest.raises(SystemExit, match="1") if findings else nullcontext():
        call_command("placement", *arguments, "--format", "json", stdout=out, stderr=StringIO())
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


def put(client: Client, module: str, body: dict[str, Any]) -> Any:
    return client.put(f"{BASE}/{module}", json.dumps(body), content_type="application/json")


def test_commands_set_show_and_remember() -> None:
    shown = run("show")
    assert {each["placement"]["serves"] for each in shown["modules"]} == {"here"}
    told = run("set", "orders", "service", "--reason", "its own team", "--dry-run")
    assert (told["placement"]["serves"], told["dry_run"]) == ("here", True)
    assert placement_changes() == ()
    told = run("set", "orders", "service", "--reason", "its own team")
    assert (told["placement"]["serves"], told["behind"]) == ("service", [])
    assert told["placement"]["changed_by"].startswith("operator:")
    run("set", "orders", "here", "--reason", "it leaks")
    assert [each["reason"] for each in run("history", "orders")] == ["it leaks", "its own team"]
    assert run("history", "payments", findings=True) == []


def test_a_service_without_an_instance_is_a_finding_and_one_with_an_instance_none() -> None:
    place_service("orders", serves=Serves.SERVICE, reason="its own team")
    shown = run("show", findings=True)
    assert [each["instances"] for each in shown["modules"] if each["placement"]["module"] == "orders"] == [[]]
    url = "http://127.0.0.1:9"
    TableRegistry().register(Instance(id="one", modules=("orders",), url=url, group="orders"), ttl=60)
    shown = run("show")
    assert [each["instances"] for each in shown["modules"] if each["placement"]["module"] == "orders"] == [[url]]


def test_a_process_that_lags_behind_is_a_finding() -> None:
    with django_execute() as execute:
        record.follows(execute, process="slow", epoch=0)
    told = run("set", "orders", "service", "--reason", "its own team", "--wait", "0", findings=True)
    assert told["behind"] == ["slow"]
    assert run("show", findings=True)["followers"] == [{"process": "slow", "epoch": 0}]


def test_people_read_lines() -> None:
    out = StringIO()
    call_command("placement", "set", "orders", "here", "--reason", "x", stdout=out, stderr=StringIO())
    call_command("placement", "show", stdout=out)
    assert "orders is served by here." in out.getvalue()
    assert "0 processes follow (epoch 0)." in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "code", "named"),
    [
        (("set", "nowhere", "service", "--reason", "x"), 1, "does not host"),
        (("set", "orders", "service", "--reason", " "), 1, "reason"),
        (("set", "orders", "service", "--reason", "x", "--wait", "601"), 2, "--wait"),
        (("history", "--limit", "0"), 2, "--limit"),
    ],
)
def test_commands_say_what_cannot_be(arguments: tuple[str, ...], code: int, named: str) -> None:
    with pytest.raises(CommandError, match=named) as refused:
        run(*arguments)
    assert refused.value.returncode == code
    assert placement_changes() == ()


def test_operators_with_the_permission_place_over_http(client_of: Callable[..., Client]) -> None:
    client = client_of("place_modules")
    answer = put(client, "orders", SERVICE)
    assert (answer.status_code, answer.json()["serves"], answer.json()["epoch"]) == (200, "service", 1)
    shown = client.get(BASE).json()
    assert [each["module"] for each in shown["modules"] if each["serves"] == "service"] == ["orders"]
    assert shown["epoch"] == 1
    (change,) = client.get(f"{BASE}/history?module=orders&limit=5").json()["changes"]
    assert (change["actor"], change["reason"]) == ("operator:ann", "its own team")
    assert put(client, "orders", {**SERVICE, "serves": "here", "dry_run": True}).json()["serves"] == "service"


def test_operators_without_it_see_and_others_do_not(client_of: Callable[..., Client]) -> None:
    client = client_of("control_calls")
    assert client.get(BASE).status_code == 200
    assert put(client, "orders", SERVICE).status_code == 403
    for nobody in (Client(),):
        assert nobody.get(BASE).status_code in (401, 403)
        assert put(nobody, "orders", SERVICE).status_code in (401, 403)
    assert placement_changes() == ()


@pytest.mark.parametrize(
    ("module", "body", "status"),
    [
        ("nowhere", SERVICE, 404),
        ("orders", {"serves": "nobody", "reason": "x"}, 400),
        ("orders", {"serves": "service"}, 400),
        ("orders", {"serves": "service", "reason": "x" * 1001}, 400),
    ],
)
def test_what_cannot_be_placed_is_a_problem(
    client_of: Callable[..., Client], module: str, body: dict[str, Any], status: int
) -> None:
    assert put(client_of("place_modules"), module, body).status_code == status
    assert placement_changes() == ()


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "module=%00"])
def test_the_history_takes_sound_questions(client_of: Callable[..., Client], query: str) -> None:
    assert client_of().get(f"{BASE}/history?{query}").status_code == 400
