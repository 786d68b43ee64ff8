"""Requests reach an instance that can take them, at most twice, and never twice where that could do harm."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from urllib3.exceptions import HTTPError

from seamline.embedded.ports import free_port
from seamline.fallback.forwarding import Body, Outgoing, forward
from seamline.fallback.tests.upstream import (
    MODULE,
    answers_half,
    answers_nonsense,
    balancer_of,
    breaks_off,
    drips,
    instance,
    raw,
    says_nothing,
)
from seamline.gateway.problems import Problem


def outgoing(method: str = "GET", *, seconds: float = 5.0, headers: Any = None, body: bytes = b"") -> Outgoing:
    deadline = time.monotonic() + seconds
    return Outgoing(method=method, target="/api/v1/depot/x", headers=headers or {}, body=body, deadline=deadline)


def refused(request: Outgoing, *urls: str) -> Problem:
    with pytest.raises(Problem) as raised:
        forward(request, module=MODULE, balancer=balancer_of(*urls))
    return raised.value


def test_connections_are_kept() -> None:
    with instance() as (url, asked):
        balancer = balancer_of(url)
        for _ in range(3):
            request = outgoing("POST", body=b"{}")
            response = forward(request, module=MODULE, balancer=balancer)
            assert b"".join(Body(response, deadline=request.deadline))
        assert len({str(each["connection"]) for each in asked}) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_instance_that_is_gone_costs_one_try(method: str) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with instance() as (url, asked):
        balancer = balancer_of(gone, url)
        for _ in range(6):
            request = outgoing(method, body=b"{}" if method == "POST" else b"")
            assert b"".join(Body(forward(request, module=MODULE, balancer=balancer), deadline=request.deadline))
        assert len(asked) == 6
        assert sum(target.is_ejected(time.monotonic()) for target in balancer.targets()) <= 1


def test_no_instance_and_none_that_listens_are_503() -> None:
    for urls in ((), (f"http://127.0.0.1:{free_port()}",)):
        problem = refused(outgoing(), *urls)
        assert (problem.status, problem.code, problem.headers["Retry-After"]) == (503, "no_instance", "1")


@pytest.mark.parametrize("behave", [breaks_off, answers_nonsense])
def test_an_instance_that_breaks_off_is_502_and_a_post_is_not_repeated(behave: Callable[..., None]) -> None:
    with raw(behave) as (url, came):
        problem = refused(outgoing("POST", body=b"{}"), url)
        assert (problem.status, problem.code) == (502, "bad_gateway")
        assert len(came) == 1


@pytest.mark.parametrize(("method", "headers"), [("GET", None), ("DELETE", None), ("POST", {"Idempotency-Key": "k"})])
def test_what_may_arrive_twice_is_asked_elsewhere(method: str, headers: Any) -> None:
    with ExitStack() as stack:
        broken, came = stack.enter_context(raw(breaks_off))
        whole, asked = stack.enter_context(instance())
        balancer = balancer_of(broken, whole)
        busy = next(target for target in balancer.targets() if target.url == whole)
        for _ in range(1000):
            busy.begin()  # so the other one is picked
        request = outgoing(method, headers=headers)
        response = forward(request, module=MODULE, balancer=balancer)
        assert b"".join(Body(response, deadline=request.deadline))
        assert len(came) == 1
        assert asked


def test_an_instance_that_says_nothing_is_504_in_time_and_asked_once() -> None:
    with raw(says_nothing) as (url, came):
        started = time.monotonic()
        problem = refused(outgoing(seconds=0.3), url)
        assert (problem.status, problem.code) == (504, "gateway_timeout")
        assert 0.25 < time.monotonic() - started < 1.5
        assert len(came) == 1


def test_a_body_that_breaks_off_is_no_whole_body() -> None:
    with raw(answers_half) as (url, _):
        request = outgoing()
        response = forward(request, module=MODULE, balancer=balancer_of(url))
        got = []
        with pytest.raises(HTTPError):
            got.extend(Body(response, deadline=request.deadline))
        assert b"".join(got) == b"half"


def test_a_body_that_drips_ends_with_the_request_s_time() -> None:
    with raw(drips) as (url, _):
        request = outgoing(seconds=0.5)
        started = time.monotonic()
        response = forward(request, module=MODULE, balancer=balancer_of(url))
        with pytest.raises(HTTPError):
            for chunk in Body(response, deadline=request.deadline):
                assert chunk
        assert time.monotonic() - started < 2


def test_an_address_outside_the_installation_s_networks_is_not_talked_to(settings: Any) -> None:
    settings.SEAMLINE_INTERNAL_NETWORKS = "10.0.0.0/8"
    with instance() as (url, asked):
        assert refused(outgoing(), url).code == "no_instance"
        assert asked == []


def test_a_forked_child_does_not_share_its_parent_s_connections() -> None:
    with instance() as (url, asked):

        def once() -> bool:
            request = outgoing()
            response = forward(request, module=MODULE, balancer=balancer_of(url))
            return bool(b"".join(Body(response, deadline=request.deadline)))

        assert once()
        child = os.fork()
        if child == 0:
            try:
                os._exit(0 if once() else 1)
            finally:
                os._exit(2)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert once()
        by_parent, by_child, by_parent_again = (each["connection"] for each in asked)
        assert by_parent == by_parent_again != by_child
