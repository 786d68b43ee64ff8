"""The registry of another deployable, the hub, over signed HTTP: what its table offers, at ``/internal/registry/``."""

from __future__ import annotations

import time
from typing import Any, TypeVar

import msgspec

from seamline.discovery.instance import Instance, Snapshot
from seamline.discovery.registry import TTL, RegistryAway
from seamline.signing import Message, SignatureRefused, installed_keys, sign, verify_answer
from seamline.transport import ExchangeError, Pool, StaleConnection

PATH = "/internal/registry/"
AUDIENCE = "platform"
SECONDS = 3.0
POLL = 0.5
"""Seconds between two questions where the hub has no place to wait."""
T = TypeVar("T")


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to register."""

    instance: Instance
    ttl: float


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent of an instance that is known: a sign of life, of its end, or of its death."""

    id: str
    ttl: float = TTL


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked when watching."""

    after: str = ""
    seconds: float = 0.0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the hub knows the instance."""

    known: bool = True


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All instances; ``turned_away`` says that there was no place to wait."""

    snapshot: Snapshot
    turned_away: bool = False


class HttpRegistry:
    """The hub's registry.

    :param url: of the hub.
    :param caller: a module of this deployable, which signs.
    """

    def __init__(self, *, url: str, caller: str) -> None:
        self._pool = Pool(url=url, most_idle=2)
        self._url, self._caller = url, caller

    def register(self, instance: Instance, *, ttl: float = TTL) -> None:
        """As ``Registry.register``."""
        self._ask("register", Registration(instance=instance, ttl=ttl), Known)

    def heartbeat(self, instance_id: str, *, ttl: float = TTL) -> bool:
        """As ``Registry.heartbeat``."""
        return self._ask("heartbeat", Sign(id=instance_id, ttl=ttl), Known).known

    def drain(self, instance_id: str) -> None:
        """As ``Registry.drain``."""
        self._ask("drain", Sign(id=instance_id), Known)

    def deregister(self, instance_id: str) -> None:
        """As ``Registry.deregister``."""
        self._ask("deregister", Sign(id=instance_id), Known)

    def suspect(self, instance_id: str) -> None:
        """As ``Registry.suspect``."""
        self._ask("suspect", Sign(id=instance_id), Known)

    def read(self) -> Snapshot:
        """As ``Registry.read``."""
        return self._ask("watch", Watch(), Seen).snapshot

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """As ``Registry.watch``."""
        end = time.monotonic() + seconds
        while True:
            left = max(0.0, end - time.monotonic())
            seen = self._ask("watch", Watch(after=after, seconds=left), Seen, wait=left)
            if seen.snapshot.revision != after or not seen.turned_away or time.monotonic() >= end:
                return seen.snapshot
            time.sleep(min(POLL, left))

    def _ask(self, action: str, question: Any, kind: type[T], *, wait: float = 0.0) -> T:
        path, body = PATH + action, msgspec.json.encode(question)
        for attempt in (1, 2):
            header, signed = sign(
                Message(method="POST", path=path, body=body),
                keys=installed_keys(),
                caller=self._caller,
                audience=AUDIENCE,
                now=time.time(),
            )
            try:
                answer = self._pool.exchange(
                    method="POST",
                    target=path,
                    headers=(("Content-Type", "application/json"), ("Authorization", header)),
                    body=body,
                    deadline=time.monotonic() + SECONDS + wait,
                )
                break
            except StaleConnection as error:
                if attempt == 2:
                    raise RegistryAway(str(error)) from error
            except ExchangeError as error:
                raise RegistryAway(str(error)) from error
        if answer.status != 200:
            raise RegistryAway(f"{self._url} answered {answer.status}: {answer.body[:200].decode(errors='replace')}")
        try:
            verify_answer(
                answer.body,
                status=answer.status,
                header=answer.headers.get("seamline-signature"),
                request=signed,
                keys=installed_keys(),
            )
            return msgspec.json.decode(answer.body, type=kind)
        except (SignatureRefused, msgspec.MsgspecError) as error:
            raise RegistryAway(f"{self._url} sent no answer of a registry of ours: {error}") from error
