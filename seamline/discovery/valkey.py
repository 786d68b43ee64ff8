"""The registry in Valkey or Redis: a key for each instance that the server itself lets expire, and a channel."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import msgspec
import redis

from seamline.discovery.instance import Instance, InstanceState, Snapshot
from seamline.discovery.registry import MOST_INSTANCES, SUSPICION, TTL, RegistryAway
from seamline.discovery.revision import snapshot_of

LONGEST_LOOK = 0.5
_decode = msgspec.json.Decoder(Instance).decode


class ValkeyRegistry:
    """The registry at this address.

    :param prefix: what its keys begin with; one for each installation.
    """

    def __init__(self, *, url: str, prefix: str = "seamline") -> None:
        self._client = redis.Redis.from_url(url, socket_connect_timeout=2.0, socket_timeout=3.0)
        self._index, self._prefix = f"{prefix}:instances", f"{prefix}:instance:"
        self._channel = f"{prefix}:instances:changed"

    def register(self, instance: Instance, *, ttl: float = TTL) -> None:
        """As ``Registry.register``."""
        with self._away(), self._client.pipeline() as pipeline:
            pipeline.set(self._prefix + instance.id, msgspec.json.encode(instance), px=int(ttl * 1000))
            pipeline.sadd(self._index, instance.id)
            pipeline.publish(self._channel, "")
            pipeline.execute()

    def heartbeat(self, instance_id: str, *, ttl: float = TTL) -> bool:
        """As ``Registry.heartbeat``."""
        with self._away():
            return bool(self._client.pexpire(self._prefix + instance_id, int(ttl * 1000)))

    def drain(self, instance_id: str) -> None:
        """As ``Registry.drain``."""
        key = self._prefix + instance_id
        with self._away():
            found = self._client.get(key)
            if found is not None:
                drained = replace(_decode(found), state=InstanceState.DRAINING)
                self._client.set(key, msgspec.json.encode(drained), keepttl=True, xx=True)
                self._client.publish(self._channel, "")

    def deregister(self, instance_id: str) -> None:
        """As ``Registry.deregister``."""
        with self._away(), self._client.pipeline() as pipeline:
            pipeline.delete(self._prefix + instance_id)
            pipeline.srem(self._index, instance_id)
            pipeline.publish(self._channel, "")
            pipeline.execute()

    def suspect(self, instance_id: str) -> None:
        """As ``Registry.suspect``."""
        with self._away():
            self._client.pexpire(self._prefix + instance_id, int(SUSPICION * 1000), lt=True)

    def read(self) -> Snapshot:
        """As ``Registry.read``."""
        with self._away():
            known = sorted(_text(member) for member in self._client.smembers(self._index))[:MOST_INSTANCES]
            found = self._client.mget([self._prefix + identifier for identifier in known]) if known else []
            gone = [identifier for identifier, value in zip(known, found, strict=True) if value is None]
            if gone:
                self._client.srem(self._index, *gone)
        return snapshot_of(_decode(value) for value in found if value is not None)

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """As ``Registry.watch``."""
        end = time.monotonic() + seconds
        with self._away(), self._client.pubsub(ignore_subscribe_messages=True) as listener:  # type: ignore[no-untyped-call]
            listener.subscribe(self._channel)
            while True:
                found = self.read()
                left = end - time.monotonic()
                if found.revision != after or left <= 0:
                    return found
                listener.get_message(timeout=min(LONGEST_LOOK, left))

    @contextmanager
    def _away(self) -> Iterator[None]:
        try:
            yield
        except (redis.RedisError, OSError) as error:
            raise RegistryAway(f"Valkey cannot be used as a registry: {type(error).__name__}") from error


def _text(member: bytes | str) -> str:
    return member if isinstance(member, str) else member.decode()
