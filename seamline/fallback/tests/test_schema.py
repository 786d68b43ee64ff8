"""One document for the whole API, whoever serves a part of it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from seamline.discovery import Balancer, Instance
from seamline.embedded.ports import free_port
from seamline.fallback.schema import add, add_modules_elsewhere, merged
from seamline.fallback.tests.upstream import raw


def document(**schemas: Any) -> dict[str, Any]:
    return {"info": {"description": "The API."}, "paths": {"/api/v1/shop/": {}}, "components": {"schemas": schemas}}


THEIRS = {
    "paths": {
        "/api/v1/depot/boxes/": {"get": {"schema": {"$ref": "#/components/schemas/Box"}}},
        "/api/v1/shop/": {"get": "not theirs"},
        "/api/v1/depots/": {},
    },
    "components": {
        "schemas": {
            "Box": {"properties": {"lid": {"$ref": "#/components/schemas/Lid"}}},
            "Lid": {"type": "string"},
            "Problem": {"type": "object"},
        }
    },
}


@contextmanager
def serving(content: str, status: int = 200) -> Iterator[tuple[str, list[bytes]]]:
    answer = f"HTTP/1.1 {status} X\r\nContent-Length: {len(content)}\r\n\r\n{content}".encode()
    with raw(lambda connection: connection.sendall(answer)) as (url, came):
        yield url, came


def merge(url: str, module: str) -> dict[str, Any]:
    instances = (Instance(id=url, modules=(module,), url=url),)
    return merged(
        document(), modules=[module], host="shop.test", balancer=lambda name: Balancer(name, lambda: instances)
    )


def test_a_module_brings_its_paths_and_what_they_refer_to() -> None:
    ours = document(Problem={"type": "object"})
    add(ours, THEIRS, module="depot")
    assert set(ours["paths"]) == {"/api/v1/shop/", "/api/v1/depot/boxes/"}
    assert ours["paths"]["/api/v1/shop/"] == {}
    assert set(ours["components"]["schemas"]) == {"Box", "Lid", "Problem"}


def test_a_name_that_means_something_else_is_told_apart() -> None:
    ours = document(Lid={"type": "integer"})
    add(ours, THEIRS, module="depot")
    schemas = ours["components"]["schemas"]
    assert (schemas["Lid"], schemas["DepotLid"]) == ({"type": "integer"}, {"type": "string"})
    assert schemas["Box"]["properties"]["lid"] == {"$ref": "#/components/schemas/DepotLid"}
    assert THEIRS["components"]["schemas"]["Box"]["properties"]["lid"] == {"$ref": "#/components/schemas/Lid"}


def test_a_module_is_asked_once_in_a_while() -> None:
    module = f"depot{uuid.uuid4().hex}"
    theirs = json.dumps({"paths": {f"/api/v1/{module}/": {"get": {}}}})
    with serving(theirs) as (url, came):
        for _ in range(3):
            assert f"/api/v1/{module}/" in merge(url, module)["paths"]
        assert len(came) == 1
        assert b"GET /api/schema/?format=json" in came[0]
        assert b"Host: shop.test" in came[0]


@pytest.mark.parametrize(("content", "status"), [("{}", 500), ("no json", 200), ("[]", 200)])
def test_a_module_without_a_usable_document_is_named_as_missing(content: str, status: int) -> None:
    with serving(content, status) as (url, _):
        found = merge(url, f"depot{uuid.uuid4().hex}")
    assert len(found["info"]["x-seamline-missing"]) == 1
    assert found["info"]["description"].startswith("The API.")
    assert "/api/v1/shop/" in found["paths"]


def test_a_module_that_is_away_is_named_as_missing() -> None:
    found = merge(f"http://127.0.0.1:{free_port()}", "depot")
    assert found["info"]["x-seamline-missing"] == ["depot"]


def test_a_deployable_that_is_no_door_documents_itself_alone(settings: Any) -> None:
    settings.SEAMLINE_DOOR = False
    settings.MODULES = (*settings.MODULES, "depot")
    assert add_modules_elsewhere(document(), None, None, True) == document()
