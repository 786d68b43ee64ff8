"""The gateway's authenticator: JSON web tokens are verified here, all else is asked of the hub and remembered briefly.

Whoever shows nothing is nobody, without asking. This file may not know sessions, tokens or how the hub is reached.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping

from django.conf import settings

from seamline.gateway.authenticating import Admitted, Denied, Verdict
from seamline.gateway.handling import Fetch
from seamline.identity.asking import ask_hub
from seamline.identity.credentials import READS, bearer_of, session_of, shown_by
from seamline.identity.identity import NOBODY, Identity
from seamline.identity.json_web_tokens import LEEWAY, TokenRefused, is_json_web_token, verify
from seamline.identity.memory import MOST, Memory, Remembered
from seamline.identity.paths import audience_of
from seamline.identity.sealed import seal
from seamline.identity.wire import Found, Refused, Shown
from seamline.signing import UnusableKeys, installed_keys

LONGEST_MEMORY = 10.0
"""Seconds that an answer is remembered at most, whatever the hub says."""
SEALED_SECONDS = 10.0
"""How long one sealed identity is sent again; a third of what it lives."""
REFUSED_SECONDS = 1.0
_UNSEALED = Admitted(identity="")
_UNKNOWN = Denied(
    status=503, code="identity_unavailable", detail="Who you are cannot be found out at the moment.", retry_after=1
)
_Entry = Remembered[Identity | Denied]


class DoorAuthenticator:
    """Implements ``seamline.gateway.authenticating.Authenticator``. For one event loop.

    :param fetch: asks the hub.
    :param hub: what ``fetch`` calls the hub.
    :param most: credentials that are remembered.
    """

    def __init__(
        self, *, fetch: Fetch, hub: str, most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch, self._hub, self._clock = fetch, hub, clock
        self._memory: Memory[Identity | Denied] = Memory(most=most)
        self._asking: dict[bytes, asyncio.Task[_Entry | None]] = {}
        self._nobody: _Entry = Remembered(value=NOBODY, until=float("inf"))

    def remembered(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict | None:
        """The verdict if it takes no waiting."""
        audience, shown = audience_of(path), shown_by(headers, method)
        if (
            shown is not None
            and method not in READS
            and (audience is None or path in settings.SEAMLINE_CREDENTIAL_PATHS)
        ):
            # It may end what these credentials are good for: a login, a logout, a form of the shop's or the admin's.
            self._memory.suspect(self._credential(shown), now=self._clock())
        if audience is None:
            return _UNSEALED
        if shown is None:
            return self._verdict(self._nobody, audience)
        now = self._clock()
        if self._is_suspect(shown, now):
            return None
        digest = self._digest(shown)
        entry = self._memory.find(digest, now=now)
        if entry is None and not shown.cookies and is_json_web_token(token := bearer_of(shown)):
            entry = self._verified(token, digest, now)
        return None if entry is None else self._verdict(entry, audience)

    async def authenticate(self, *, headers: Mapping[str, str], method: str, path: str) -> Verdict:
        """The verdict, asked of the hub if need be."""
        known = self.remembered(headers=headers, method=method, path=path)
        shown, audience = shown_by(headers, method), audience_of(path)
        if known is not None or shown is None or audience is None:
            return known or _UNSEALED
        digest = self._digest(shown)
        if self._is_suspect(shown, self._clock()):
            entry = await self._asked(shown, digest)
        else:
            # Many requests of one page arrive together: one question answers them all.
            task = self._asking.get(digest)
            if task is None:
                task = self._asking[digest] = asyncio.ensure_future(self._asked(shown, digest))
                task.add_done_callback(lambda _: self._asking.pop(digest, None))
            entry = await asyncio.shield(task)
        return _UNKNOWN if entry is None else self._verdict(entry, audience)

    async def close(self) -> None:
        """Ask nothing any more."""
        for task in tuple(self._asking.values()):
            task.cancel()

    async def _asked(self, shown: Shown, digest: bytes) -> _Entry | None:
        found = await ask_hub(shown, fetch=self._fetch, hub=self._hub)
        value = None if found is None else _value(found)
        if found is None or value is None:
            return None
        return self._memory.keep(digest, value, until=self._clock() + min(found.cache_seconds, LONGEST_MEMORY))

    def _verified(self, token: str, digest: bytes, now: float) -> _Entry:
        try:
            verified = verify(token)
        except TokenRefused as refused:
            denied = Denied(status=401, code="authentication_failed", detail=str(refused), challenge="Bearer")
            return self._memory.keep(digest, denied, until=now + REFUSED_SECONDS)
        except UnusableKeys:
            return Remembered(value=_UNKNOWN, until=now)
        left = verified.expires_at + LEEWAY - time.time()
        return self._memory.keep(digest, verified.identity, until=now + min(left, LONGEST_MEMORY))

    def _verdict(self, entry: _Entry, audience: str) -> Verdict:
        if isinstance(entry.value, Denied):
            return entry.value
        now = self._clock()
        sealed = entry.headers.get(audience)
        if sealed is None or sealed[1] <= now:
            header = seal(entry.value, audience=audience, keys=installed_keys(), now=time.time())
            sealed = entry.headers[audience] = (header, now + SEALED_SECONDS)
        return Admitted(identity=sealed[0])

    def _is_suspect(self, shown: Shown, now: float) -> bool:
        return self._memory.has_suspects and self._memory.is_suspect(self._credential(shown), now=now)

    def _credential(self, shown: Shown) -> bytes:
        return self._memory.digest((session_of(shown), shown.authorization))

    def _digest(self, shown: Shown) -> bytes:
        if shown.method in READS or not shown.cookies:
            return self._memory.digest(("reads", shown.cookies, shown.authorization))
        checked = (shown.host, shown.scheme, shown.origin, shown.referer, shown.csrf_token)
        return self._memory.digest(("writes", shown.cookies, shown.authorization, *checked))


def _value(found: Found) -> Identity | Denied | None:
    if found.known is not None:
        return found.known.identity()
    return None if found.refused is None else _denied(found.refused)


def _denied(refused: Refused) -> Denied:
    return Denied(
        status=refused.status,
        code=refused.code,
        detail=refused.detail,
        challenge=refused.challenge,
        retry_after=refused.retry_after,
    )
