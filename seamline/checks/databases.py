"""Checks of the servers behind the aliases; run with ``manage.py check --database ALIAS`` and before migrations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.db import DatabaseError, connections

from seamline.checks.finding import Finding
from seamline.data.roles import schema_of

_ROLE = """
SELECT current_user, r.rolsuper,
       EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = %s AND pg_get_userbyid(c.relowner) = current_user),
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
FROM pg_roles r WHERE r.rolname = current_user
"""


@register(Tags.database)
def check_databases(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """``seamline.E016`` (a serving role with too many rights) and ``W015`` (more connections than the server has)."""
    return [finding.message() for alias in databases or () for finding in alias_findings(alias)]


def alias_findings(alias: str) -> Iterator[Finding]:
    """What is wrong with the role and the server of one alias; nothing when it cannot be reached."""
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(_ROLE, [schema_of(alias)])
            role, superuser, owns, available = cursor.fetchone()
    except DatabaseError:
        return  # not a matter of configuration: /health/ready and the commands say it
    if superuser or owns:
        yield Finding(
            id="seamline.E016",
            where=f"alias {alias!r}",
            problem=f"serves as {role!r}, which is {'a superuser' if superuser else 'the owner of its tables'}.",
            hint="Serve as <schema>_rw: owners and superusers pass every REVOKE, which the cutover fences with.",
        )
    wanted = connection_budget(alias)
    if wanted > available:
        yield Finding(
            id="seamline.W015",
            where=f"alias {alias!r}",
            problem=f"this process may open {wanted} connections to its server, which has {available}.",
            hint="Lower SEAMLINE_POOL_SIZE, or raise max_connections.",
        )


def connection_budget(alias: str) -> int:
    """Connections that one process may open to the alias's server over all pools; 0 where there are none."""

    def server(name: str) -> tuple[Any, Any]:
        return settings.DATABASES[name]["HOST"], settings.DATABASES[name]["PORT"]

    total = 0
    for name, database in settings.DATABASES.items():
        pool = database.get("OPTIONS", {}).get("pool")
        if pool and server(name) == server(alias):
            total += pool["max_size"]
    return total
