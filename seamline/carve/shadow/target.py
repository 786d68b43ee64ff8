"""The way to the target while it is still fenced: a role that can only read, and connections in place of the module's.

A connection is set for one thread and one piece of work; the same ORM code then reads from the target. It follows no
pointer and takes no gate. This file may not know what is read.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg import sql

from seamline.data.places import Place
from seamline.data.roles import role_password

CONNECT_SECONDS = 3
_LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "5s",
    "lock_timeout": "100ms",
    "idle_in_transaction_session_timeout": "10s",
}


def shadow_role(module: str) -> str:
    """Who reads the target before it serves."""
    return f"{module}_shadow"


def prepare_shadow_role(connection: psycopg.Connection[Any], *, module: str, secret: str) -> None:
    """Make the role at the target, or bring it up to date: it may read the module's tables and nothing else.

    :param connection: an administrator's.
    """
    role = shadow_role(module)
    names = {
        "role": sql.Identifier(role),
        "password": sql.Literal(role_password(role=role, secret=secret)),
        "schema": sql.Identifier(module),
        "database": sql.Identifier(connection.info.dbname),
    }
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline carve'))")
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        statements = [
            ("ALTER" if exists else "CREATE") + " ROLE {role} LOGIN PASSWORD {password}",
            "ALTER ROLE {role} SET search_path = {schema}",
            *(f"ALTER ROLE {{role}} SET {name} = '{value}'" for name, value in _LIMITS.items()),
            "GRANT CONNECT ON DATABASE {database} TO {role}",
            "GRANT USAGE ON SCHEMA {schema} TO {role}",
            "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
        ]
        for statement in statements:
            connection.execute(sql.SQL(statement).format(**names))


def drop_shadow_role(connection: psycopg.Connection[Any], *, module: str) -> None:
    """Take the role and its rights in this database away; whoever is logged in as it is ended.

    :raises psycopg.errors.DependentObjectsStillExist: it has rights in another database of the server.
    """
    role = shadow_role(module)
    if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone() is None:
        return
    with connection.transaction():
        connection.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(sql.Identifier(role)))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s", [role])
        connection.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(role)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def target_connection(module: str, place: Place, *, secret: str) -> BaseDatabaseWrapper:
    """A connection for the module's alias that leads to the place, for this thread alone; opened on first use."""
    configured = copy.deepcopy(connections[module].settings_dict)
    role = shadow_role(module)
    configured.update(
        HOST=place.host,
        PORT=str(place.port),
        NAME=place.dbname,
        USER=role,
        PASSWORD=role_password(role=role, secret=secret),
        CONN_MAX_AGE=None,
        OPTIONS={
            **place.options,
            "options": f"-c search_path={module} -c default_transaction_read_only=on",
            "application_name": f"seamline shadow {module}",
            "connect_timeout": CONNECT_SECONDS,
        },
    )
    return DatabaseWrapper(configured, alias=module)


@contextmanager
def reading_from(module: str, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Have this thread's work on the module's alias use the connection, until the block ends."""
    own = connections[module]
    connections[module] = connection
    try:
        yield
    finally:
        connections[module] = own
