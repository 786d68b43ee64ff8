"""Compositions that cannot work are refused when they are declared; places cannot leave their place."""

from __future__ import annotations

import pytest

from seamline.gateway.composition import Composition, Part, WrongComposition
from seamline.gateway.composition.declaration import filled


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (Part(name="a", target="/a"), Part(name="a", target="/b")),
        (Part(name="a", target="/a/{other}"),),
        (Part(name="a", target="/a/{b.id}"), Part(name="b", target="/b")),
        (Part(name="a", target="/a/{a.id}"),),
    ],
)
def test_composition_whose_parts_do_not_fit_is_refused(parts: tuple[Part, ...]) -> None:
    with pytest.raises(WrongComposition):
        Composition(path="/pages/{sku}", parts=parts)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "A b"}, {"target": "http://elsewhere/"}, {"target": "//elsewhere/"}, {"target": "relative"},
        {"timeout": 0}, {"stale_seconds": -1}, {"fallbacks": ("//elsewhere",)},
    ],
)  # fmt: skip
def test_part_that_cannot_be_asked_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(WrongComposition):
        Part(**{"name": "a", "target": "/a", **wrong})  # type: ignore[arg-type]


def test_path_matches_one_segment_for_each_place() -> None:
    page = Composition(path="/pages/{kind}/{sku}.json", parts=(Part(name="a", target="/a"),))
    assert page.match("/pages/mug/A1.json") == {"kind": "mug", "sku": "A1"}
    assert page.match("/pages/mug/A1/x.json") is None
    assert page.match("/pages/mug/A1xjson") is None


@pytest.mark.parametrize(
    ("value", "path"),
    [("a/../../admin", "/catalog/a%2F..%2F..%2Fadmin"), ("a?b=c&d#e", "/catalog/a%3Fb%3Dc%26d%23e"),
     ("ü\r\n", "/catalog/%C3%BC%0D%0A")],
)  # fmt: skip
def test_value_can_neither_leave_its_segment_nor_add_to_the_query(value: str, path: str) -> None:
    assert filled("/catalog/{sku}", {"sku": value}) == path
    assert filled("/x?sku={sku}", {"sku": value}) == "/x?sku=" + path.removeprefix("/catalog/")


def test_list_fills_a_query_with_one_pair_for_each_value_and_a_path_with_commas() -> None:
    values = {"order": {"lines": [{"sku": "A"}, {"sku": "B"}, {"other": 1}]}}
    assert filled("/stock?sku={order.lines.sku}&full=1", values) == "/stock?sku=A&sku=B&full=1"
    assert filled("/stock/{order.lines.sku}", values) == "/stock/A,B"
    assert filled("/stock?sku={order.lines.sku}", {"order": {"lines": []}}) is None
    assert filled("/first/{order.lines.0.sku}", values) == "/first/A"
