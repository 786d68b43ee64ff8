"""Addresses of other deployables: what is accepted, and that a wrong one is refused before anything is sent."""

from __future__ import annotations

import pytest

from seamline.signing.channel import Channel
from seamline.signing.places import WrongPlace, feed_places


def test_each_publisher_has_its_address() -> None:
    text = "orders=http://127.0.0.1:8001, catalog=https://shop.internal/behind/a/proxy,"
    assert feed_places(text) == {
        "orders": "http://127.0.0.1:8001",
        "catalog": "https://shop.internal/behind/a/proxy",
    }
    assert feed_places("") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("http://127.0.0.1:8001", "'http://127.0.0.1:8001' where the name of a module"),
        ("orders=http://a,orders=http://b", "'orders' where the name of a module should stand, each once"),
        ("orders=ftp://a", "SEAMLINE_FEEDS, orders: The address is no http or https URL"),
        ("orders=http://", "no http or https URL with a host"),
        ("orders=http://a:99999", "cannot be read"),
        ("orders=http://user:hidden@a", "may hold no user, password, query or fragment"),
        ("orders=http://a?x=1", "may hold no user"),
    ],
)
def test_wrong_address_is_named_and_its_password_is_not(text: str, told: str) -> None:
    with pytest.raises(WrongPlace, match=told.replace("?", r"\?")) as refused:
        feed_places(text)
    assert "hidden" not in str(refused.value)


def test_channel_refuses_an_address_that_is_none() -> None:
    with pytest.raises(WrongPlace):
        Channel(url="127.0.0.1:8000", caller="a", audience="b")
