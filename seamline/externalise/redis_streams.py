"""Valkey and Redis: one stream for each publisher, a batch in one transaction: all of it arrives, in order, or nothing.

What the server has answered is as safe as its own ``appendfsync`` says. This file may not know events.
"""

from __future__ import annotations

from collections.abc import Sequence

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from seamline.externalise.cloud_event import Message
from seamline.externalise.sending import CONFIRM_TIMEOUT, CONNECT_TIMEOUT, ConnectionLost, EventRefused, Sender
from seamline.externalise.target import Target

LARGEST_VALUE = "proto-max-bulk-len"


class RedisSender(Sender):
    """Appends to streams."""

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._client: redis.Redis | None = None

    @property
    def connected(self) -> bool:
        return self._client is not None

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _connect(self) -> None:
        if self._client is not None:
            return
        client = redis.Redis.from_url(
            self.target.url,
            socket_connect_timeout=CONNECT_TIMEOUT,
            socket_timeout=CONFIRM_TIMEOUT,
            socket_keepalive=True,
            # A batch that is repeated must be repeated from here, where its errors are told apart.
            retry=Retry(NoBackoff(), 0),
        )
        try:
            client.ping()
            self.max_bytes = min(self.target.max_bytes, _largest_value(client))
        except (redis.RedisError, OSError) as error:
            client.close()
            raise ConnectionLost(str(error)) from error
        self._client = client

    def _send(self, messages: Sequence[Message]) -> None:
        self._connect()
        assert self._client is not None
        self._refuse_large(messages)
        try:
            with self._client.pipeline(transaction=True) as pipeline:
                for message in messages:
                    pipeline.xadd(
                        self.target.prefix + message.publisher,
                        {"id": message.event_id, "type": message.name, "event": message.body},
                        maxlen=self.target.maxlen or None,
                        approximate=True,
                    )
                pipeline.execute()
        except (redis.TimeoutError, TimeoutError) as error:
            raise self._unavailable(f"it answered nothing for {CONFIRM_TIMEOUT:g} s") from error
        except (redis.ConnectionError, OSError) as error:
            raise ConnectionLost(str(error)) from error
        except redis.RedisError as error:
            if "bulk length" in str(error) and len(messages) == 1:
                raise EventRefused(index=0, reason=f"{messages[0].name} is too large: {error}") from error
            # Full, read-only, loading, no rights, not a stream: nothing that an event could help.
            raise self._unavailable(error) from error


def _largest_value(client: redis.Redis) -> int:
    """Bytes of one value that the server takes; it closes the connection on more, without saying which it was."""
    try:
        found = client.config_get(LARGEST_VALUE)
    except redis.ResponseError:
        return 2**63  # not every account may ask
    return int(found.get(LARGEST_VALUE) or 2**63)
