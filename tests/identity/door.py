"""A door before a hub that really listens, to test with: what the hub is asked is counted, the clock can be set."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import urllib3
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.test.testcases import LiveServerThread

from seamline.gateway.authenticating import Admitted, Denied, Verdict
from seamline.gateway.handling import Answer, Headers
from seamline.gateway.problems import Problem
from seamline.identity import Identity, audience_of, unseal
from seamline.identity.authenticator import DoorAuthenticator
from seamline.signing import installed_keys

ME = "/api/v1/customers/me/"


class Door:
    """An authenticator, and what its hub was asked."""

    def __init__(self, hub: str, *, before_answering: Callable[[], None] = lambda: None, **options: Any) -> None:
        self.hub = hub
        self.now = 1000.0
        self.asked = 0
        self._before_answering = before_answering
        self._pool = urllib3.PoolManager(retries=False)
        self.authenticator = DoorAuthenticator(fetch=self.fetch, hub="hub", clock=lambda: self.now, **options)

    async def fetch(
        self, *, module: str, method: str, target: str, headers: Headers = (), body: bytes = b"", deadline: float
    ) -> Answer:
        """As the gateway does it, if less lean."""
        assert module == "hub"
        self.asked += 1
        return await asyncio.to_thread(self._fetch, method, target, headers, body, deadline)

    def _fetch(self, method: str, target: str, headers: Headers, body: bytes, deadline: float) -> Answer:
        try:
            response = self._pool.request(
                method, self.hub + target, body=body, headers=dict(headers), timeout=deadline - time.monotonic()
            )
        except urllib3.exceptions.HTTPError as error:
            raise Problem(503, "no_instance", "The hub is away.") from error
        self._before_answering()
        named = tuple((name.lower(), value) for name, value in response.headers.items())
        return Answer(status=response.status, headers=named, body=response.data)

    def verdict(self, path: str = ME, method: str = "GET", **headers: str) -> Verdict:
        """Of one request."""
        return self.verdicts(path, method, times=1, **headers)[0]

    def verdicts(self, path: str = ME, method: str = "GET", *, times: int, **headers: str) -> list[Verdict]:
        """Of so many at once."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}

        async def all_of_them() -> list[Verdict]:
            return list(
                await asyncio.gather(
                    *(self.authenticator.authenticate(headers=given, method=method, path=path) for _ in range(times))
                )
            )

        return asyncio.run(all_of_them())

    def identity(self, path: str = ME, method: str = "GET", **headers: str) -> Identity:
        """Who the door says a request is from."""
        verdict = self.verdict(path, method, **headers)
        assert isinstance(verdict, Admitted), verdict
        audience = audience_of(path)
        assert audience is not None
        return unseal(verdict.identity, audience=audience, keys=installed_keys(), now=time.time())

    def refusal(self, path: str = ME, method: str = "GET", **headers: str) -> Denied:
        """Why the door lets a request not in."""
        verdict = self.verdict(path, method, **headers)
        assert isinstance(verdict, Denied), verdict
        return verdict


class Browser:
    """A client of the hub itself that keeps cookies."""

    def __init__(self, hub: str) -> None:
        self._hub, self._pool = hub, urllib3.PoolManager(retries=False)
        self.cookies: dict[str, str] = {}

    @property
    def cookie(self) -> str:
        """The header."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def csrf(self) -> dict[str, str]:
        """What a page of the shop sends besides its cookies when it writes."""
        return {"x_csrftoken": self.cookies["csrftoken"], "host": urlsplit(self._hub).netloc, "origin": self._hub}

    def post(self, path: str, body: Any = None, *, method: str = "POST", **headers: str) -> Any:
        """Ask, and keep the cookies of the answer."""
        csrf = {"X-CSRFToken": self.cookies["csrftoken"]} if "csrftoken" in self.cookies else {}
        response = self._pool.request(
            method, f"{self._hub}/api/v1/{path}", json=body, headers={"Cookie": self.cookie, **csrf, **headers}
        )
        assert response.status < 300, response.data
        for line in response.headers.getlist("Set-Cookie"):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value.strip('"')
        return response.json() if response.data else None


@contextmanager
def hub() -> Iterator[str]:
    """The shop on a free port, which delivers no events; yields its address."""
    server = LiveServerThread("127.0.0.1", static_handler=StaticFilesHandler, port=0)
    server.daemon = True
    server.start()
    server.is_ready.wait()
    if server.error:
        raise server.error
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.terminate()
