"""Who holds a log back, and where each log ends: what readers wait for. Only reads; for commands and metrics."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from seamline.data import connection_for
from seamline.events.hosted import subscriptions
from seamline.modules.registry import hosted_modules

# A prepared transaction is known by the lock that it holds on its own number. Of sessions of other roles the server
# tells a module's role only the name and the application.
_HOLDERS = """
SELECT locks.pid AS process, locks.virtualtransaction AS transaction,
    coalesce(activity.application_name, '') AS application,
    coalesce(activity.usename, prepared.owner, '') AS role,
    coalesce(host(activity.client_addr) || ':' || activity.client_port, '') AS client,
    coalesce(activity.state, '') AS state, activity.query_start AS query_started_at,
    coalesce(extract(epoch FROM clock_timestamp() - coalesce(activity.xact_start, prepared.prepared)), 0)::float
        AS seconds,
    coalesce(prepared.gid, '') AS prepared
FROM pg_locks AS locks
LEFT JOIN pg_stat_activity AS activity ON activity.pid = locks.pid
LEFT JOIN (
    SELECT own.virtualtransaction, xacts.gid, xacts.prepared, xacts.owner FROM pg_prepared_xacts AS xacts
    JOIN pg_locks AS own ON own.locktype = 'transactionid' AND own.pid IS NULL AND own.transactionid = xacts.transaction
      AND own.mode = 'ExclusiveLock'
) AS prepared ON locks.pid IS NULL AND prepared.virtualtransaction = locks.virtualtransaction
WHERE locks.locktype = 'relation' AND locks.relation = 'event_log'::regclass AND locks.mode = 'RowExclusiveLock'
  AND locks.granted AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND locks.pid IS DISTINCT FROM pg_backend_pid() AND locks.virtualtransaction NOT LIKE '%/0'
ORDER BY seconds DESC
"""
_HEAD = "SELECT coalesce(max(position), 0) FROM event_log"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWriter:
    """An open transaction that has written events: readers cannot pass its place in the log before it ends."""

    publisher: str
    process: int | None
    """Its server process; None for a prepared transaction, which belongs to none."""
    transaction: str
    application: str
    seconds: float
    """How long it has been open; 0 where the server does not tell."""
    role: str = ""
    """The role that it is logged in as; of a prepared transaction, its owner."""
    client: str = ""
    """Address and port that it comes from; empty over a local socket, or where the server does not tell."""
    state: str = ""
    """``active``, or ``idle in transaction`` while its client does something else; empty where unknown."""
    query_started_at: datetime | None = None
    """When its last statement began."""
    prepared: str = ""
    """The name of a prepared transaction, for ``COMMIT PREPARED`` and ``ROLLBACK PREPARED``."""

    @property
    def text(self) -> str:
        """What an operator needs to find it."""
        who = f"prepared as {self.prepared!r}" if self.process is None else f"of process {self.process}"
        details = ", ".join(
            text
            for text in (
                self.application,
                self.role and f"role {self.role}",
                self.client and f"client {self.client}",
                self.state,
                self.query_started_at and f"last statement {self.query_started_at:%Y-%m-%d %H:%M:%S} UTC",
            )
            if text
        )
        how_long = f" for {self.seconds:.1f} s" if self.seconds else ""
        return (
            f"transaction {self.transaction} {who} ({details}) has written events of {self.publisher} and is "
            f"open{how_long}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A log that this process can reach: the position of its last event, 0 while it is empty."""

    publisher: str
    head: int


def open_writers() -> tuple[OpenWriter, ...]:
    """Open transactions of others that have written events to a log within reach of this process, the longest first."""
    found = []
    for publisher in _publishers():
        with connection_for(publisher).cursor() as cursor:
            cursor.execute(_HOLDERS)
            names = [column.name for column in cursor.description]
            for row in cursor.fetchall():
                fields: dict[str, Any] = dict(zip(names, row, strict=True))
                found.append(OpenWriter(publisher=publisher, **fields))
    return tuple(sorted(found, key=lambda writer: -writer.seconds))


def logs() -> tuple[Log, ...]:
    """The logs of hosted modules, and those that hosted subscriptions read by SQL."""
    found = []
    for publisher in _publishers():
        with connection_for(publisher).cursor() as cursor:
            cursor.execute(_HEAD)
            found.append(Log(publisher=publisher, head=cursor.fetchone()[0]))
    return tuple(found)


def _publishers() -> tuple[str, ...]:
    """The modules whose logs lie within reach: hosted ones that declare events, and what hosted ones subscribe to."""
    own = (module.name for module in hosted_modules() if module.contract is not None and module.contract.events)
    read = (publisher for _, subscription in subscriptions() for publisher in subscription.publishers)
    return tuple(name for name in dict.fromkeys((*own, *read)) if name in settings.DATABASES)
