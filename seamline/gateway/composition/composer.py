"""Carries out a composition: parts in parallel, each with its own time, its fallbacks and its last good answer.

What becomes of each part is told in the answer, so that a client can tell "none" from "not known now". A required part
that cannot be had decides the status: its own refusal, 502, 503 or 504. This file may not know how parts are carried.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

import msgspec

from seamline.gateway.composition.declaration import Composition, Part, filled
from seamline.gateway.composition.fetching import Fetch, Fetched, FetchFailed, FetchTimedOut, FetchUnavailable
from seamline.gateway.composition.stale import StaleAnswers


class State(StrEnum):
    """What became of a part."""

    OK = "ok"
    FALLBACK = "fallback"
    STALE = "stale"
    DEFAULT = "default"
    """It could not be had."""
    SKIPPED = "skipped"
    """There was nothing to ask for: what its target needs is not in the part before it."""


class PartStatus(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a part was come by, as it stands in the answer."""

    state: State
    milliseconds: float
    reason: str = ""
    """Why not the first way: ``timeout``, ``unavailable``, ``broken``, or the status that was answered."""
    age_seconds: float | None = None
    fallback: int | None = None
    """Which of the fallbacks, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The whole answer."""

    status: int
    body: bytes
    parts: Mapping[str, PartStatus] = field(default_factory=dict)
    retry_after: float | None = None

    @property
    def header(self) -> str:
        """All parts' states in one line, for logs and the header ``Seamline-Parts``."""
        return ", ".join(f"{name}={status.state}" for name, status in self.parts.items())


class _Missing(Exception):
    """A required part cannot be had."""

    def __init__(self, part: Part, cause: Fetched | FetchFailed | None) -> None:
        super().__init__(part.name)
        self.part, self.cause = part, cause


_encode = msgspec.json.Encoder().encode


class Composer:
    """Composes answers. For one event loop."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._stale = StaleAnswers()

    async def compose(
        self,
        composition: Composition,
        *,
        fetch: Fetch,
        fields: Mapping[str, str],
        headers: Mapping[str, str],
        subject: str = "",
    ) -> Composed:
        """Fetch all parts and put them together.

        :param fields: what ``composition.match`` found.
        :param headers: sent with each part.
        :param subject: who asks, the same in each of their requests; kept answers are for nobody else.
        """
        run = _Run(
            composition=composition,
            fields=fields,
            headers=headers,
            subject=subject,
            fetch=fetch,
            stale=self._stale,
            clock=self._clock,
        )
        try:
            return await run.all()
        except _Missing as missing:
            return _refused(missing, run.statuses)


class _Run:
    """One composition under way."""

    def __init__(
        self,
        *,
        composition: Composition,
        fields: Mapping[str, str],
        headers: Mapping[str, str],
        subject: str,
        fetch: Fetch,
        stale: StaleAnswers,
        clock: Callable[[], float],
    ) -> None:
        self._composition, self._headers, self._fetch = composition, headers, fetch
        self._subject = subject
        self._stale, self._clock = stale, clock
        self._deadline = clock() + composition.timeout
        self._values: dict[str, Any] = dict(fields)
        self._needed = frozenset(name for part in composition.parts for name in part.after)
        self._tasks: dict[str, asyncio.Task[bytes]] = {}
        self.statuses: dict[str, PartStatus] = {}

    async def all(self) -> Composed:
        try:
            async with asyncio.TaskGroup() as group:
                for part in self._composition.parts:
                    self._tasks[part.name] = group.create_task(self._part(part))
        except* _Missing as missing:
            raise missing.exceptions[0] from None  # the others are cancelled: there will be no answer
        bodies = {name: msgspec.Raw(task.result()) for name, task in self._tasks.items()}
        statuses = {part.name: self.statuses[part.name] for part in self._composition.parts}
        complete = all(status.state in (State.OK, State.SKIPPED) for status in statuses.values())
        body = _encode({"complete": complete, "parts": bodies, "status": statuses})
        return Composed(status=HTTPStatus.OK, body=body, parts=statuses)

    async def _part(self, part: Part) -> bytes:
        for name in part.after:
            await asyncio.shield(self._tasks[name])
        started = self._clock()
        body, status = await self._come_by(part)
        took = round((self._clock() - started) * 1000, 2)
        self.statuses[part.name] = msgspec.structs.replace(status, milliseconds=took)
        if part.name in self._needed:
            self._values[part.name] = msgspec.json.decode(body)
        return body

    async def _come_by(self, part: Part) -> tuple[bytes, PartStatus]:
        first: Fetched | FetchFailed | None = None
        asked = False
        for number, template in enumerate((part.target, *part.fallbacks)):
            target = filled(template, self._values)
            if target is None:
                continue
            asked = True
            outcome = await self._ask(part, target)
            if isinstance(outcome, Fetched) and outcome.status == HTTPStatus.OK:
                if part.stale_seconds:
                    self._stale.keep(self._key(part), outcome.body, now=self._clock())
                state = State.FALLBACK if number else State.OK
                reason = _reason(first) if number and first is not None else ""
                return outcome.body, PartStatus(state=state, milliseconds=0, reason=reason, fallback=number or None)
            first = first or outcome
            if isinstance(outcome, Fetched) and outcome.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break  # an answer: no other way leads to a better one
        if not asked:
            if part.required:
                raise _Missing(part, None)
            return _encode(part.default), PartStatus(state=State.SKIPPED, milliseconds=0)
        assert first is not None
        refused = isinstance(first, Fetched) and first.status < HTTPStatus.INTERNAL_SERVER_ERROR
        kept = None
        if part.stale_seconds and not refused:
            kept = self._stale.get(self._key(part), now=self._clock(), at_most=part.stale_seconds)
        if kept is not None:
            age, body = kept
            return body, PartStatus(state=State.STALE, milliseconds=0, reason=_reason(first), age_seconds=round(age, 1))
        if part.required:
            raise _Missing(part, first)
        return _encode(part.default), PartStatus(state=State.DEFAULT, milliseconds=0, reason=_reason(first))

    async def _ask(self, part: Part, target: str) -> Fetched | FetchFailed:
        seconds = min(part.timeout, self._deadline - self._clock())
        if seconds <= 0:
            return FetchTimedOut("the composition's time is up")
        try:
            async with asyncio.timeout(seconds):
                outcome = await self._fetch(target, headers=self._headers, timeout=seconds, public=part.public)
        except TimeoutError:
            return FetchTimedOut(f"no answer within {seconds:.3f} s")
        except FetchFailed as failed:
            return failed
        if outcome.status == HTTPStatus.OK:
            try:
                msgspec.json.decode(outcome.body, type=msgspec.Raw)
            except msgspec.MsgspecError:
                return FetchFailed("the answer is no JSON")
        return outcome

    def _key(self, part: Part) -> str:
        """What a kept answer is for: this part, with these values, and for nobody else than who asks now."""
        target = filled(part.target, self._values) or ""
        return f"{self._composition.path} {part.name} {target} {'' if part.public else self._subject}"


def _reason(outcome: Fetched | FetchFailed) -> str:
    if isinstance(outcome, Fetched):
        return str(outcome.status)
    if isinstance(outcome, FetchTimedOut):
        return "timeout"
    return "unavailable" if isinstance(outcome, FetchUnavailable) else "broken"


def _refused(missing: _Missing, statuses: Mapping[str, PartStatus]) -> Composed:
    cause, name = missing.cause, missing.part.name
    retry_after = None
    if isinstance(cause, Fetched) and HTTPStatus.BAD_REQUEST <= cause.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return Composed(status=cause.status, body=cause.body, parts=statuses)
    if cause is None:
        status, reason = HTTPStatus.BAD_GATEWAY, "what it needs is not in the part before it"
    elif isinstance(cause, FetchTimedOut):
        status, reason = HTTPStatus.GATEWAY_TIMEOUT, "it did not answer in time"
    elif isinstance(cause, FetchUnavailable) or (
        isinstance(cause, Fetched) and cause.status == HTTPStatus.SERVICE_UNAVAILABLE
    ):
        status, reason = HTTPStatus.SERVICE_UNAVAILABLE, "nobody could be asked"
        retry_after = cause.retry_after if isinstance(cause, FetchUnavailable) else 1.0
    elif isinstance(cause, Fetched) and cause.status == HTTPStatus.GATEWAY_TIMEOUT:
        status, reason = HTTPStatus.GATEWAY_TIMEOUT, "it did not answer in time"
    else:
        status, reason = HTTPStatus.BAD_GATEWAY, "its answer cannot be used"
    body = _encode(
        {
            "type": "about:blank",
            "title": status.phrase,
            "status": int(status),
            "code": "required_part_missing",
            "detail": f"The part {name!r} cannot be had: {reason}.",
            "part": name,
        }
    )
    return Composed(status=status, body=body, parts=statuses, retry_after=retry_after)
