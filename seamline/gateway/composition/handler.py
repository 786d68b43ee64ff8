"""Compositions as routes of the front door: its requests in, its fetches out. Knows no connection."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import unquote

from seamline.gateway.composition.composer import Composer
from seamline.gateway.composition.declaration import Composition
from seamline.gateway.composition.fetching import Fetch as PartFetch
from seamline.gateway.composition.fetching import Fetched, FetchFailed, FetchTimedOut, FetchUnavailable
from seamline.gateway.handling import Answer, Fetch, Request
from seamline.gateway.problems import Problem
from seamline.identity.passing_on import PassedOn
from seamline.identity.sealed import HEADER as IDENTITY
from seamline.identity.sealed import IdentityRefused

PASSED_ON = ("accept-language", "user-agent")
"""What a client sends that its parts are asked with."""


class CompositionHandler:
    """Answers the requests of all compositions.

    :param fetch: how the front door asks modules.
    :param module_of: the module that serves a path.
    """

    def __init__(
        self,
        compositions: Sequence[Composition],
        *,
        fetch: Fetch,
        module_of: Callable[[str], str],
    ) -> None:
        self._compositions = tuple(compositions)
        self._fetch, self._module_of = fetch, module_of
        self._composer = Composer()

    def knows(self, path: str) -> bool:
        """Whether a path is a composition's."""
        return self._found(path) is not None

    async def __call__(self, request: Request) -> Answer:
        """As ``Handler``."""
        found = self._found(request.path)
        if found is None:
            raise Problem(404, "not_found", "No composition is served here.")
        if request.method not in ("GET", "HEAD"):
            raise Problem(405, "method_not_allowed", "Compositions are read.", headers={"Allow": "GET, HEAD"})
        composition, fields = found
        headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        headers |= {
            "x-request-id": request.request_id,
            "traceparent": request.traceparent,
            "accept": "application/json",
        }
        try:
            somebody = PassedOn(request.identity)
        except IdentityRefused as refused:
            raise Problem(401, refused.reason, str(refused)) from refused
        composed = await self._composer.compose(
            composition,
            fetch=self._fetch_for(somebody),
            fields=fields,
            headers={name: value for name, value in headers.items() if value},
            subject=somebody.subject,
        )
        kind = "application/json" if composed.status == HTTPStatus.OK else "application/problem+json"
        answered = [("content-type", kind), ("cache-control", "no-store")]
        if composed.parts:
            answered.append(("seamline-parts", composed.header))
        if composed.retry_after is not None:
            answered.append(("retry-after", str(max(1, round(composed.retry_after)))))
        body = b"" if request.method == "HEAD" else composed.body
        return Answer(status=composed.status, headers=tuple(answered), body=body)

    def _found(self, path: str) -> tuple[Composition, Mapping[str, str]] | None:
        for composition in self._compositions:
            fields = composition.match(unquote(path))
            if fields is not None:
                return composition, fields
        return None

    def _fetch_for(self, somebody: PassedOn) -> PartFetch:
        async def ask(target: str, *, headers: Mapping[str, str], timeout: float, public: bool) -> Fetched:
            module = self._module_of(target.partition("?")[0])
            sent = list(headers.items())
            if not public and (identity := somebody.to(module)):
                sent.append((IDENTITY, identity))
            try:
                answer = await self._fetch(
                    module=module, method="GET", target=target, headers=sent, deadline=time.monotonic() + timeout
                )
            except Problem as problem:
                raise _failed(problem) from problem
            kind = next((value for name, value in answer.headers if name == "content-type"), "")
            return Fetched(status=answer.status, body=answer.body, content_type=kind)

        return ask


def _failed(problem: Problem) -> FetchFailed:
    if problem.status == HTTPStatus.GATEWAY_TIMEOUT:
        return FetchTimedOut(problem.detail)
    if problem.status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        wait = problem.headers.get("Retry-After", "")
        return FetchUnavailable(problem.detail, retry_after=float(wait) if wait.isdecimal() else 1.0)
    return FetchFailed(problem.detail)
