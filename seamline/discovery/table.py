"""The embedded registry: a table in the ``platform`` schema of the deployable that all others know, the hub.

PostgreSQL's clock decides, and its notices push each change. This file may not know who asks.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.db import Error, connections, transaction

from seamline.data import release_connections
from seamline.discovery.instance import Instance, InstanceState, Snapshot
from seamline.discovery.registry import MOST_INSTANCES, SUSPICION, TTL, RegistryAway
from seamline.discovery.revision import snapshot_of

ALIAS = "default"
CHANNEL = "seamline_instances"
LONGEST_LOOK = 0.5
"""Seconds between two looks while watching: an instance whose time is up gives no notice."""

_REGISTER = """
INSERT INTO instance (id, modules, standby, url, version, zone, deployable, state, started_at, expires_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp() + make_interval(secs => %s))
ON CONFLICT (id) DO UPDATE SET (modules, standby, url, version, zone, deployable, state, started_at, expires_at) =
    (excluded.modules, excluded.standby, excluded.url, excluded.version, excluded.zone, excluded.deployable,
     excluded.state, excluded.started_at, excluded.expires_at)
"""
_HEARTBEAT = """
UPDATE instance SET expires_at = clock_timestamp() + make_interval(secs => %s)
WHERE id = %s AND expires_at > clock_timestamp()
"""
_DRAIN = "UPDATE instance SET state = 'draining' WHERE id = %s AND state <> 'draining'"
_SUSPECT = """
UPDATE instance SET expires_at = least(expires_at, clock_timestamp() + make_interval(secs => %s)) WHERE id = %s
"""
_READ = """
SELECT id, modules, standby, url, version, zone, deployable, state, started_at FROM instance
WHERE expires_at > clock_timestamp() ORDER BY id LIMIT %s
"""
_SWEEP = "DELETE FROM instance WHERE expires_at < clock_timestamp() - interval '1 minute'"


class TableRegistry:
    """The registry in this deployable's own database."""

    def register(self, instance: Instance, *, ttl: float = TTL) -> None:
        """As ``Registry.register``."""
        values = (
            instance.id,
            list(instance.modules),
            list(instance.standby),
            instance.url,
            instance.version,
            instance.zone,
            instance.group,
            instance.state.value,
            instance.started_at,
            ttl,
        )
        with _away(), transaction.atomic(using=ALIAS):
            self._execute(_SWEEP, [])
            self._execute(_REGISTER, values)
            self._tell()

    def heartbeat(self, instance_id: str, *, ttl: float = TTL) -> bool:
        """As ``Registry.heartbeat``."""
        with _away():
            return self._execute(_HEARTBEAT, [ttl, instance_id]) == 1

    def drain(self, instance_id: str) -> None:
        """As ``Registry.drain``."""
        with _away(), transaction.atomic(using=ALIAS):
            if self._execute(_DRAIN, [instance_id]):
                self._tell()

    def deregister(self, instance_id: str) -> None:
        """As ``Registry.deregister``."""
        with _away(), transaction.atomic(using=ALIAS):
            if self._execute("DELETE FROM instance WHERE id = %s", [instance_id]):
                self._tell()

    def suspect(self, instance_id: str) -> None:
        """As ``Registry.suspect``."""
        with _away():
            self._execute(_SUSPECT, [SUSPICION, instance_id])

    def read(self) -> Snapshot:
        """As ``Registry.read``."""
        with _away(), connections[ALIAS].cursor() as cursor:
            cursor.execute(_READ, [MOST_INSTANCES])
            return snapshot_of(_instance(row) for row in cursor.fetchall())

    def watch(self, *, after: str, seconds: float) -> Snapshot:
        """As ``Registry.watch``; holds a connection of its own meanwhile."""
        end = time.monotonic() + seconds
        with _away(), _listening() as listener:
            while True:
                found = self.read()
                left = end - time.monotonic()
                if found.revision != after or left <= 0:
                    return found
                release_connections()  # nobody's requests shall want for one while this waits
                for _ in listener.notifies(timeout=min(LONGEST_LOOK, left), stop_after=1):
                    pass

    @staticmethod
    def _execute(statement: str, values: Any) -> int:
        with connections[ALIAS].cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)

    def _tell(self) -> None:
        self._execute("SELECT pg_notify(%s, '')", [CHANNEL])


@contextmanager
def _listening() -> Iterator[psycopg.Connection[Any]]:
    place = settings.DATABASES[ALIAS]
    with psycopg.connect(
        host=place["HOST"],
        port=place["PORT"] or None,
        dbname=place["NAME"],
        user=place["USER"],
        password=place["PASSWORD"],
        application_name="seamline discovery",
        connect_timeout=3,
        autocommit=True,
    ) as connection:
        connection.execute(f"LISTEN {CHANNEL}")
        yield connection


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except (Error, psycopg.Error) as error:
        text = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise RegistryAway(f"the table of instances cannot be used: {text}") from error


def _instance(row: tuple[Any, ...]) -> Instance:
    identifier, modules, standby, url, version, zone, group, state, started_at = row
    return Instance(
        id=identifier,
        modules=tuple(modules),
        standby=tuple(standby),
        url=url,
        version=version,
        zone=zone,
        group=group,
        state=InstanceState(state),
        started_at=started_at,
    )
