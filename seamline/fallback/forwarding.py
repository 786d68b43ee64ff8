"""One request to one of a module's instances, and to another where that is safe; the answer streams.

Repeated is what certainly did not arrive, and what may arrive twice: reads, and whatever has an idempotency key. This
file may not know Django, nor who sends a request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from urllib3 import Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from seamline.discovery import Balancer, NoInstance, Target
from seamline.fallback.pools import pools
from seamline.gateway.problems import broken_upstream, no_instance, slow_upstream

logger = logging.getLogger(__name__)
ATTEMPTS = 2
CONNECT_SECONDS = 1.0
CHUNK = 64 * 1024
_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS", "PUT", "DELETE"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What an instance is asked."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    deadline: float
    """A reading of ``time.monotonic()``, for the answer to its end."""

    @property
    def is_repeatable(self) -> bool:
        """Whether arriving twice is as good as once."""
        return self.method in _REPEATABLE or "Idempotency-Key" in self.headers


def forward(outgoing: Outgoing, *, module: str, balancer: Balancer) -> BaseHTTPResponse:
    """The answer of one of the module's instances, whatever its status; its body is still to be read.

    :raises Problem: 503 no instance takes it, 502 the instance broke off, 504 it did not answer in time.
    """
    tried: list[str] = []
    while True:
        try:
            target = balancer.pick(exclude=tried)
        except NoInstance as error:
            raise no_instance(module) from error
        tried.append(target.instance_id)
        last = len(tried) >= ATTEMPTS
        try:
            return _ask(target, outgoing)
        except (NewConnectionError, ConnectTimeoutError) as error:
            logger.warning("%s at %s takes no connection", module, target.url)
            if last:
                raise no_instance(module) from error
        except ReadTimeoutError as error:
            logger.warning("%s at %s did not answer in time", module, target.url)
            raise slow_upstream(module) from error
        except HTTPError as error:
            logger.warning("%s at %s broke off: %s", module, target.url, type(error).__name__)
            if last or not outgoing.is_repeatable:
                raise broken_upstream(module) from error


class Body:
    """An answer's body as it arrives, compressed or not, as the module sent it. Gives its connection back in any case.

    Where it breaks off, iterating raises ``HTTPError``: the client's answer must break off as well.
    """

    def __init__(self, response: BaseHTTPResponse, *, deadline: float) -> None:
        self._response, self._deadline = response, deadline

    def __iter__(self) -> Iterator[bytes]:
        response, whole = self._response, False
        try:
            in_chunks = "Transfer-Encoding" in response.headers
            chunks = response.stream(CHUNK, decode_content=False) if in_chunks else iter(self._read, b"")
            for chunk in chunks:
                yield chunk
                if time.monotonic() > self._deadline:
                    raise ReadTimeoutError(None, "", "The answer took longer than the request may.")  # type: ignore[arg-type]
            whole = True
        finally:
            if not whole:
                response.close()
            response.release_conn()

    def close(self) -> None:
        """Nobody reads on; also for a body of which nothing was read."""
        self._response.close()

    def _read(self) -> bytes:
        return self._response.read1(CHUNK, decode_content=False)


def _ask(target: Target, outgoing: Outgoing) -> BaseHTTPResponse:
    left = outgoing.deadline - time.monotonic()
    if left <= 0:
        raise ReadTimeoutError(None, "", "No time is left.")  # type: ignore[arg-type]
    target.begin()
    started, healthy, broken = time.monotonic(), False, True
    try:
        response = pools().urlopen(
            outgoing.method,
            target.url + outgoing.target,
            body=outgoing.body or None,
            headers=dict(outgoing.headers),
            timeout=Timeout(connect=min(CONNECT_SECONDS, left), read=left),
            retries=False,
            redirect=False,
            preload_content=False,
            decode_content=False,
        )
        healthy = True
    except ReadTimeoutError:
        broken = False
        raise
    finally:
        target.end(seconds=time.monotonic() - started, ok=healthy, broken=broken and not healthy)
    return response
