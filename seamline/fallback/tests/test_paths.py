"""The path that is asked for is the one that was routed, or none."""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seamline.fallback.paths import LONGEST, AmbiguousPath, target_of


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("/api/v1/orders/carts/1/", "", "/api/v1/orders/carts/1/"),
        ("/api/v1/orders/", "q=a%20b&q=%2F", "/api/v1/orders/?q=a%20b&q=%2F"),
        ("/api/v1/orders/a b/", "", "/api/v1/orders/a%20b/"),
        ("/api/v1/orders/caf\u00e9/", "", "/api/v1/orders/caf%C3%A9/"),
        ("/api/v1/orders/..a/.b/c..", "", "/api/v1/orders/..a/.b/c.."),
        ("/api/v1/orders/100%/?x", "", "/api/v1/orders/100%25/%3Fx"),
        ("/api/v1/orders/%41", "", "/api/v1/orders/%2541"),
    ],
)
def test_a_path_stays_what_it_is(path: str, query: str, target: str) -> None:
    assert target_of(path=path, query=query) == target


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/v1/orders/../../internal/calls/orders/order", ""),
        ("/api/v1/orders/..", ""),
        ("/api/v1/orders/./x", ""),
        ("/api/v1/orders/..;a=1/x", ""),
        ("/api/v1/orders//x", ""),
        ("/api/v1/orders/..\\..\\internal", ""),
        ("/api/v1/orders/%2e%2e/internal", ""),
        ("/api/v1/orders/%2E%2e%2finternal", ""),
        ("/api/v1/orders/x\r\nSeamline-Identity: y", ""),
        ("/api/v1/orders/x\x00", ""),
        ("/api/v1/orders/", "a b"),
        ("/api/v1/orders/", "a=\r\nX: y"),
        ("/api/v1/orders/", "a#b"),
        ("/api/v1/orders/", "caf\u00e9"),
        ("/api/v1/orders/" + "x" * LONGEST, ""),
    ],
)
def test_a_path_that_could_be_read_otherwise_is_refused(path: str, query: str) -> None:
    with pytest.raises(AmbiguousPath):
        target_of(path=path, query=query)


@given(
    st.lists(st.sampled_from([*"/.%;\\ \r\x00", "..", "%2e", "%2F", "%25", "a", "\u00e9"]), max_size=12).map("".join)
)
def test_whatever_is_let_through_stays_below_the_module_for_every_reader(rest: str) -> None:
    try:
        target = target_of(path=f"/api/v1/orders/{rest}", query="")
    except AmbiguousPath:
        return
    assert target.isascii()
    assert target.isprintable()
    read = target
    for _ in range(3):  # as it is, decoded, decoded once too often
        assert (posixpath.normpath(read) + "/").startswith("/api/v1/orders/")
        read = unquote(read)
