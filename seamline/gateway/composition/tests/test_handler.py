"""Compositions at the front door: who asks is passed on to each module, and to public parts not at all."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec
import pytest

from seamline.gateway.composition import Composition, Part
from seamline.gateway.composition.handler import CompositionHandler
from seamline.gateway.handling import Answer, Headers, Request
from seamline.gateway.problems import Problem
from seamline.identity.identity import Identity
from seamline.identity.passing_on import COMPOSITIONS
from seamline.identity.sealed import seal, unseal
from seamline.signing import installed_keys
from seamline.web.principal import Principal

ADA = Identity(principal=Principal(customer_id=UUID(int=7), email="ada@example.com"))
PAGE = Composition(
    path="/api/v1/pages/product/{sku}",
    parts=(
        Part(name="product", target="/api/v1/catalog/products/{sku}/", required=True),
        Part(name="stock", target="/api/v1/inventory/availability/?sku={sku}", public=True),
        Part(name="mine", target="/api/v1/orders/?sku={sku}"),
    ),
)


class Modules:
    def __init__(self, **problems: Problem) -> None:
        self.problems = problems
        self.asked: dict[str, tuple[str, Mapping[str, str]]] = {}

    async def __call__(
        self, *, module: str, method: str, target: str, headers: Headers = (), body: bytes = b"", deadline: float
    ) -> Answer:
        assert deadline > time.monotonic()
        self.asked[module] = (target, dict(headers))
        if module in self.problems:
            raise self.problems[module]
        return Answer(status=200, headers=(("content-type", "application/json"),), body=b'{"ok":true}')


def ask(modules: Modules, path: str = "/api/v1/pages/product/A%201", identity: str = "", method: str = "GET") -> Answer:
    handler = CompositionHandler((PAGE,), fetch=modules, module_of=lambda path: path.split("/")[3])
    request = Request(
        method=method, path=path, query="", headers={"accept-language": "en", "x-evil": "1"}, body=b"",
        identity=identity, client="127.0.0.1", request_id="request-1", traceparent="", deadline=time.monotonic() + 5,
    )  # fmt: skip
    return asyncio.run(handler(request))


def sealed(audience: str = COMPOSITIONS) -> str:
    return seal(ADA, audience=audience, keys=installed_keys(), now=time.time())


def test_each_module_gets_an_identity_of_its_own_and_public_parts_none() -> None:
    modules = Modules()
    assert ask(modules, identity=sealed()).status == 200
    for module in ("catalog", "orders"):
        header = modules.asked[module][1]["Seamline-Identity"]
        assert unseal(header, audience=module, keys=installed_keys(), now=time.time()).principal == ADA.principal
    assert "Seamline-Identity" not in modules.asked["inventory"][1]
    assert modules.asked["inventory"][0] == "/api/v1/inventory/availability/?sku=A%201"


def test_nothing_of_the_client_but_what_parts_need_is_passed_on() -> None:
    modules = Modules()
    ask(modules)
    assert modules.asked["catalog"][1] == {
        "accept-language": "en", "x-request-id": "request-1", "accept": "application/json"
    }  # fmt: skip


@pytest.mark.parametrize("identity", ["forged", sealed("catalog")])
def test_identity_that_is_not_for_the_door_is_refused(identity: str) -> None:
    with pytest.raises(Problem) as refused:
        ask(Modules(), identity=identity)
    assert refused.value.status == 401


@pytest.mark.parametrize(("status", "answered"), [(503, 503), (502, 502), (504, 504), (429, 503)])
def test_trouble_of_a_required_part_is_told_as_what_it_is(status: int, answered: int) -> None:
    trouble = Problem(status, "x", "y", headers={"Retry-After": "9"})
    answer = ask(Modules(catalog=trouble))
    assert answer.status == answered
    told: dict[str, Any] = dict(answer.headers)
    assert told["content-type"] == "application/problem+json"
    assert told.get("retry-after") == ("9" if answered == 503 else None)


def test_optional_part_that_is_away_is_marked_in_body_and_header() -> None:
    answer = ask(Modules(orders=Problem(503, "x", "y")))
    body = msgspec.json.decode(answer.body)
    assert (answer.status, body["complete"], body["status"]["mine"]["reason"]) == (200, False, "unavailable")
    assert dict(answer.headers)["seamline-parts"] == "product=ok, stock=ok, mine=default"


def test_compositions_are_read_and_nothing_else() -> None:
    assert ask(Modules(), method="HEAD").body == b""
    with pytest.raises(Problem) as refused:
        ask(Modules(), method="POST")
    assert (refused.value.status, refused.value.headers["Allow"]) == (405, "GET, HEAD")
    with pytest.raises(Problem, match="No composition"):
        ask(Modules(), path="/api/v1/pages/other")
