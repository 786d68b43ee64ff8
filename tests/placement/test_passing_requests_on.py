"""Requests of a module that is placed at a service: passed on with an identity, and answered here where that fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from contracts.inventory import Inventory
from contracts.kernel import Sku
from seamline.calls import use
from seamline.discovery import Balancer, Instance
from seamline.embedded.ports import free_port
from seamline.fallback.tests.upstream import answers_half, breaks_off, instance, raw
from seamline.placement import here
from seamline.placement.middleware import AtService

pytestmark = [
    pytest.mark.usefixtures("database"),
    pytest.mark.together("inventory", "storefront", reason="the session is the hub that stands by for it"),
]
LEVELS = "/api/v1/inventory/levels/?sku=APPLE"
ADJUSTMENTS = "/api/v1/inventory/adjustments/"
APPLE = Sku("APPLE")
THREE = {"sku": APPLE, "change": 3, "reason": "received"}


@pytest.fixture(autouse=True)
def placed(database: None) -> Iterator[None]:
    use(Inventory).adjust(sku=APPLE, change=7, reason="received")
    here.bring_into_force(at_service=frozenset({"inventory"}), until=1)
    yield
    here.bring_into_force(at_service=frozenset(), until=0)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have the service's instances be at these addresses."""

    def at(*urls: str) -> None:
        instances = tuple(Instance(id=url, modules=("inventory",), url=url) for url in urls)
        balancer = Balancer("inventory", lambda: instances)
        monkeypatch.setattr(AtService, "balancer", staticmethod(lambda module: balancer))

    return at


@pytest.fixture
def operator() -> Client:
    user = User.objects.create_user("olivia", password="long enough", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="change_stockitem"))
    client = Client()
    client.force_login(user)
    return client


def post(client: Client, body: Any, **headers: str) -> Any:
    return client.post(ADJUSTMENTS, json.dumps(body), content_type="application/json", headers=headers)


def body_of(answer: Any) -> Any:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return json.loads(content)


def on_the_shelf() -> int:
    return use(Inventory).availability(skus=(APPLE,))[APPLE]


def test_the_service_answers_and_is_told_who_asks(service: Any, operator: Client) -> None:
    with instance() as (url, asked):
        service(url)
        answer = post(operator, THREE)
        assert (answer.status_code, body_of(answer)["target"]) == (200, ADJUSTMENTS)
        assert body_of(Client().get(LEVELS))["target"] == LEVELS
    assert json.loads(asked[0]["body"]) == THREE
    assert all("seamline-identity" in each["headers"] and "cookie" not in each["headers"] for each in asked)
    assert on_the_shelf() == 7


@pytest.mark.parametrize("is_known", [True, False])
def test_without_an_instance_that_takes_it_a_request_is_answered_here(
    service: Any, operator: Client, is_known: bool
) -> None:
    service(*([f"http://127.0.0.1:{free_port()}"] if is_known else []))
    assert body_of(Client().get(LEVELS)) == [{"sku": APPLE, "available": 7}]
    answer = post(operator, THREE)
    assert (answer.status_code, body_of(answer)["on_hand"]) == (200, 10)


@pytest.mark.parametrize("behave", [breaks_off, answers_half])
def test_what_may_arrive_twice_is_answered_here_when_the_service_breaks_off(
    service: Any, operator: Client, behave: Callable[..., None]
) -> None:
    with raw(behave) as (url, came):
        service(url)
        assert body_of(Client().get(LEVELS)) == [{"sku": APPLE, "available": 7}]
        for _ in range(2):
            answer = post(operator, THREE, **{"Idempotency-Key": "once"})
            assert (answer.status_code, body_of(answer)["on_hand"]) == (200, 10)
        assert came
    assert on_the_shelf() == 10


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_service_that_says_it_cannot_answer_now_is_not_the_last_word_where_that_is_safe(
    service: Any, operator: Client, status: int
) -> None:
    with instance(status=status) as (url, asked):
        service(url)
        assert body_of(Client().get(LEVELS)) == [{"sku": APPLE, "available": 7}]
        assert post(operator, THREE).status_code == status
        assert len(asked) == 2
    assert on_the_shelf() == 7


def test_what_may_not_is_an_error_as_the_service_may_have_done_it(service: Any, operator: Client) -> None:
    with raw(breaks_off) as (url, came):
        service(url)
        assert post(operator, THREE).status_code == 502
        assert len(came) == 1
    assert on_the_shelf() == 7


def test_whoever_may_not_is_refused_by_whichever_side_answers(service: Any) -> None:
    service()
    assert post(Client(), THREE).status_code in (401, 403)
    assert on_the_shelf() == 7


def test_too_large_a_body_is_refused(service: Any, operator: Client, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    with instance() as (url, asked):
        service(url)
        assert post(operator, {**THREE, "reason": "x" * 200}).status_code in (400, 413)
        assert asked == []


def test_a_request_that_a_door_has_passed_on_goes_no_further(service: Any) -> None:
    with instance() as (url, asked):
        service(url)
        answer = Client().get(LEVELS, headers={"Seamline-Identity": "not even sealed"})
        assert asked == []
    assert answer.status_code in (200, 401, 403)


def test_other_modules_pages_and_sessions_stay_here(service: Any) -> None:
    here.bring_into_force(at_service=frozenset({"inventory", "customers"}), until=2)
    with instance() as (url, asked):
        service(url)
        for path in ("/api/v1/catalog/products/", "/api/v1/customers/login/", "/api/v1/inventory", "/health/live"):
            Client().get(path)
        assert asked == []
        assert Client().get("/api/v1/customers/me/").status_code == 200
        assert [each["target"] for each in asked] == ["/api/v1/customers/me/"]


def test_nothing_is_passed_on_once_it_is_served_here_again(service: Any) -> None:
    with instance() as (url, asked):
        service(url)
        here.bring_into_force(at_service=frozenset(), until=2)
        assert body_of(Client().get(LEVELS)) == [{"sku": APPLE, "available": 7}]
        assert asked == []
