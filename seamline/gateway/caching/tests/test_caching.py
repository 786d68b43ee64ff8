"""What the front door keeps, for whom, and for how long; and above all what it never keeps."""

from __future__ import annotations

import pytest

from seamline.gateway.caching import CacheRule, RememberedAnswers, WrongRule
from seamline.gateway.caching.answers import LARGEST
from seamline.gateway.handling import Answer, Headers, Request

RULES = (CacheRule(prefix="/catalog/", seconds=10), CacheRule(prefix="/catalog/prices/", seconds=1))
JSON = ("content-type", "application/json")


class Door:
    """The cache with a clock that is set by hand."""

    def __init__(self, **options: int) -> None:
        self.now = 100.0
        self.cache = RememberedAnswers(rules=RULES, clock=lambda: self.now, **options)

    def pass_through(
        self, request: Request, body: bytes = b"{}", headers: Headers = (JSON,), status: int = 200
    ) -> bool:
        recording = self.cache.record(request, status, headers)
        if recording is None:
            return False
        recording.feed(body[:1])
        recording.feed(body[1:])
        recording.finish()
        return True


def ask(path: str = "/catalog/a", query: str = "", method: str = "GET", identity: str = "", **headers: str) -> Request:
    return Request(
        method=method,
        path=path,
        query=query,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        body=b"",
        identity=identity,
        client="127.0.0.1",
        request_id="r",
        traceparent="",
        deadline=0,
    )


def found(door: Door, request: Request) -> Answer:
    answer = door.cache.find(request)
    assert answer is not None
    return answer


def test_answer_is_kept_as_long_as_the_rule_says() -> None:
    door = Door()
    assert door.pass_through(ask(), b'{"a":1}')
    door.now += 9.9
    answer = found(door, ask())
    assert (answer.status, answer.body) == (200, b'{"a":1}')
    assert dict(answer.headers)["age"] == "9"
    door.now += 0.2
    assert door.cache.find(ask()) is None


def test_longest_rule_that_fits_decides() -> None:
    door = Door()
    door.pass_through(ask("/catalog/prices/a"))
    door.now += 2
    assert door.cache.find(ask("/catalog/prices/a")) is None


def test_client_that_has_it_gets_304_and_the_tag_is_made_where_there_is_none() -> None:
    door = Door()
    door.pass_through(ask())
    tag = dict(found(door, ask()).headers)["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = found(door, ask(if_none_match=known))
        assert (answer.status, answer.body) == (304, b"")
    assert found(door, ask(if_none_match='"other"')).status == 200


def test_path_query_and_what_the_answer_varies_by_are_kept_apart() -> None:
    door = Door()
    for language in ("en", "de"):
        door.pass_through(ask(accept_language=language), language.encode(), (("vary", "Accept-Language"),))
    door.pass_through(ask(query="page=2"), b"2")
    assert found(door, ask(accept_language="de")).body == b"de"
    assert found(door, ask(accept_language="en")).body == b"en"
    assert found(door, ask(query="page=2")).body == b"2"
    assert door.cache.find(ask(accept_language="fr")) is None


@pytest.mark.parametrize(
    "headers",
    [
        (("cache-control", "private"),), (("cache-control", "no-store"),), (("cache-control", "No-Cache"),),
        (("set-cookie", "a=b"),), (("vary", "Cookie"),), (("vary", "*"),), (("vary", "accept, Authorization"),),
        (("cache-control", "max-age=0"),),
    ],
)  # fmt: skip
def test_what_the_module_keeps_to_one_client_is_never_kept(headers: Headers) -> None:
    assert not Door().pass_through(ask(), headers=headers)


def test_module_may_say_for_how_long_itself() -> None:
    door = Door()
    assert door.pass_through(ask("/other"), headers=(("cache-control", "public, max-age=60, s-maxage=5"),))
    door.now += 6
    assert door.cache.find(ask("/other")) is None
    assert not door.pass_through(ask("/unruled"))


def test_answer_for_somebody_is_kept_only_where_it_is_said_to_be_public() -> None:
    door = Door()
    assert not door.pass_through(ask("/orders", identity="ada"), headers=(("cache-control", "max-age=60"),))
    assert door.pass_through(ask("/orders", identity="ada"), headers=(("cache-control", "public, max-age=60"),))


@pytest.mark.parametrize("status", [201, 206, 301, 404, 500])
def test_nothing_but_200_is_kept(status: int) -> None:
    assert not Door().pass_through(ask(), status=status)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_writing_requests_are_neither_kept_nor_answered(method: str) -> None:
    door = Door()
    assert not door.pass_through(ask(method=method))
    door.pass_through(ask())
    assert door.cache.find(ask(method=method)) is None


def test_head_is_answered_from_what_get_left_and_ranges_are_passed_on() -> None:
    door = Door()
    door.pass_through(ask(), b"body")
    assert found(door, ask(method="HEAD")).body == b"body"  # for its length; servers send none
    assert door.cache.find(ask(range="bytes=0-1")) is None


def test_answer_that_broke_off_or_is_too_large_is_not_kept() -> None:
    door = Door()
    recording = door.cache.record(ask(), 200, (JSON,))
    assert recording is not None
    recording.feed(b"half")
    recording.discard()
    recording.finish()
    assert door.cache.find(ask()) is None
    door.pass_through(ask(), b"x" * (LARGEST + 1))
    assert door.cache.find(ask()) is None


def test_oldest_answers_give_way() -> None:
    door = Door(most_bytes=100)
    for number in range(20):
        door.pass_through(ask(f"/catalog/{number}"), b"x" * 30)
    assert [number for number in range(20) if door.cache.find(ask(f"/catalog/{number}"))] == [17, 18, 19]


@pytest.mark.parametrize(("prefix", "seconds"), [("catalog", 1), ("/a", 0), ("/a", -1), ("/a", 1e9)])
def test_rule_that_cannot_be_meant_is_refused(prefix: str, seconds: float) -> None:
    with pytest.raises(WrongRule):
        CacheRule(prefix=prefix, seconds=seconds)
