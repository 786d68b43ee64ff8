"""What a client gets of a composition when parts are well, late, away, broken or refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from seamline.gateway.composition import (
    Composed,
    Composer,
    Composition,
    Fetched,
    FetchFailed,
    FetchTimedOut,
    FetchUnavailable,
    Part,
)

PRODUCT = Part(name="product", target="/catalog/{sku}", required=True, timeout=0.2)
STOCK = Part(name="stock", target="/stock?sku={sku}", timeout=0.1, stale_seconds=60, public=True)
IDEAS = Part(name="ideas", target="/ideas/{sku}", timeout=0.1, fallbacks=("/popular",), default=[])


class Modules:
    """Answers by target; an exception is raised, a number is waited for."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "/catalog/A1": {"sku": "A1", "category": "mugs", "tags": ["x", "y"]},
            "/stock?sku=A1": {"A1": 3},
            "/ideas/A1": ["B2"],
            "/popular": ["P1"],
        } | answers
        self.asked: list[str] = []
        self.public: dict[str, bool] = {}
        self.cancelled: list[str] = []

    async def __call__(self, target: str, *, headers: Mapping[str, str], timeout: float, public: bool) -> Fetched:
        self.asked.append(target)
        self.public[target] = public
        answer = self.answers[target]
        if isinstance(answer, float):
            try:
                await asyncio.sleep(answer)
            except asyncio.CancelledError:
                self.cancelled.append(target)
                raise
            answer = {"late": True}
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Fetched):
            return answer
        return Fetched(status=200, body=msgspec.json.encode(answer))


def compose(
    modules: Modules, composition: Composition, subject: str = "ada", composer: Composer | None = None
) -> tuple[Composed, Any]:
    composed = asyncio.run(
        (composer or Composer()).compose(
            composition, fetch=modules, fields={"sku": "A1"}, headers={"Accept-Language": "en"}, subject=subject
        )
    )
    return composed, msgspec.json.decode(composed.body)


PAGE = Composition(path="/pages/{sku}", parts=(PRODUCT, STOCK, IDEAS), timeout=1.0)


def test_all_parts_are_there_and_marked_so() -> None:
    composed, body = compose(Modules(), PAGE)
    assert composed.status == 200
    assert body["complete"] is True
    assert body["parts"]["stock"] == {"A1": 3}
    assert composed.header == "product=ok, stock=ok, ideas=ok"


def test_parts_are_fetched_at_the_same_time() -> None:
    slow = {"/catalog/A1": 0.3, "/stock?sku=A1": 0.3, "/ideas/A1": 0.3}
    started = time.monotonic()
    patient = replace(PAGE, timeout=5.0, parts=tuple(replace(part, timeout=4.0) for part in PAGE.parts))
    composed, _ = compose(Modules(**slow), patient)
    assert composed.header == "product=ok, stock=ok, ideas=ok"
    assert time.monotonic() - started < 0.85


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(FetchUnavailable("x"), "unavailable"), (FetchFailed("x"), "broken"), (5.0, "timeout"),
     (Fetched(status=500, body=b"oops"), "500"), (Fetched(status=200, body=b"<html>"), "broken")],
)  # fmt: skip
def test_fallback_stands_in_for_an_optional_part_and_says_why(outcome: Any, reason: str) -> None:
    composed, body = compose(Modules(**{"/ideas/A1": outcome}), PAGE)
    assert composed.status == 200
    assert body["complete"] is False
    assert body["parts"]["ideas"] == ["P1"]
    status = body["status"]["ideas"]
    assert (status["state"], status["reason"], status["fallback"]) == ("fallback", reason, 1)


def test_default_stands_in_when_the_fallback_fails_too() -> None:
    away = FetchUnavailable("x")
    composed, body = compose(Modules(**{"/ideas/A1": away, "/popular": away}), PAGE)
    assert composed.status == 200
    assert body["parts"]["ideas"] == []
    assert body["status"]["ideas"]["state"] == "default"


def test_last_good_answer_stands_in_with_its_age() -> None:
    modules, now = Modules(), [100.0]
    composer = Composer(clock=lambda: now[0])
    compose(modules, PAGE, composer=composer)
    modules.answers["/stock?sku=A1"] = FetchFailed("broken")
    now[0] += 30
    _, body = compose(modules, PAGE, subject="bob", composer=composer)
    assert body["parts"]["stock"] == {"A1": 3}
    assert (body["status"]["stock"]["state"], body["status"]["stock"]["age_seconds"]) == ("stale", 30.0)
    now[0] += 31
    _, body = compose(modules, PAGE, composer=composer)
    assert (body["parts"]["stock"], body["status"]["stock"]["state"]) == (None, "default")


def test_kept_answer_of_one_person_is_never_given_to_another() -> None:
    mine = Part(name="orders", target="/orders", stale_seconds=60)
    page = Composition(path="/me/{sku}", parts=(mine,))
    modules = Modules(**{"/orders": ["ada's"]})
    composer = Composer()
    compose(modules, page, "ada", composer)
    modules.answers["/orders"] = FetchFailed("broken")
    assert compose(modules, page, "ada", composer)[1]["parts"]["orders"] == ["ada's"]
    assert compose(modules, page, "bob", composer)[1]["parts"]["orders"] is None


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(FetchUnavailable("x", retry_after=7), 503), (FetchFailed("x"), 502), (FetchTimedOut("x"), 504), (5.0, 504),
     (Fetched(status=500, body=b"oops"), 502), (Fetched(status=503, body=b""), 503),
     (Fetched(status=504, body=b""), 504)],
)  # fmt: skip
def test_required_part_that_cannot_be_had_decides_the_status(outcome: Any, status: int) -> None:
    composed, body = compose(Modules(**{"/catalog/A1": outcome}), PAGE)
    assert composed.status == body["status"] == status
    assert (body["code"], body["part"]) == ("required_part_missing", "product")
    if status == 503:
        assert composed.retry_after


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusal_of_a_required_part_is_the_answer(status: int) -> None:
    refusal = Fetched(status=status, body=b'{"code":"catalog.unknown_product"}')
    composed, body = compose(Modules(**{"/catalog/A1": refusal}), PAGE)
    assert composed.status == status
    assert body == {"code": "catalog.unknown_product"}


def test_failed_required_part_ends_the_others_at_once() -> None:
    modules = Modules(**{"/catalog/A1": FetchFailed("x"), "/ideas/A1": 5.0})
    started = time.monotonic()
    compose(modules, PAGE)
    assert time.monotonic() - started < 0.9
    assert modules.cancelled == ["/ideas/A1"]


def test_part_that_needs_another_is_asked_with_its_answer() -> None:
    like = Part(name="like", target="/search?category={product.category}&tag={product.tags}")
    modules = Modules(**{"/search?category=mugs&tag=x&tag=y": ["C3"]})
    _, body = compose(modules, Composition(path="/pages/{sku}", parts=(PRODUCT, like)))
    assert body["parts"]["like"] == ["C3"]


def test_part_is_skipped_where_what_it_needs_is_not_there() -> None:
    like = Part(name="like", target="/search?brand={product.brand}", default=[])
    _, body = compose(Modules(), Composition(path="/pages/{sku}", parts=(PRODUCT, like)))
    assert (body["parts"]["like"], body["status"]["like"]["state"], body["complete"]) == ([], "skipped", True)


def test_whole_composition_ends_in_its_time() -> None:
    slow = Composition(
        path="/pages/{sku}", timeout=0.1, parts=(Part(name="ideas", target="/ideas/{sku}", timeout=9, default=[]),)
    )
    started = time.monotonic()
    composed, body = compose(Modules(**{"/ideas/A1": 5.0}), slow)
    assert time.monotonic() - started < 1
    assert (composed.status, body["status"]["ideas"]["reason"]) == (200, "timeout")


def test_public_part_is_asked_on_nobodys_behalf() -> None:
    modules = Modules()
    compose(modules, PAGE)
    assert modules.public == {"/catalog/A1": False, "/stock?sku=A1": True, "/ideas/A1": False}
