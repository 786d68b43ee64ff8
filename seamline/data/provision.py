"""Roles, schemas and rights of the modules on a PostgreSQL server. Idempotent; needs an administrator's URL.

PostgreSQL itself then refuses what no linter can see: raw SQL into a neighbour's schema. This file may not create
tables; migrations do, as the owner role.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

import psycopg
from psycopg import errors, sql

from seamline.data.roles import PLATFORM, owner_role, role_password, serving_role
from seamline.data.route import READ, SCHEMA, RouteState

TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Set for every serving role, so that a stuck module cannot hang the process that hosts it."""
ATTEMPTS = 10


def provision(
    *,
    admin_url: str,
    schemas: Iterable[str],
    secret: str,
    extensions: Mapping[str, Iterable[str]] | None = None,
    born_fenced: bool = False,
) -> None:
    """Make, or bring up to date, the roles and the rights of these schemas.

    :param schemas: module names, and ``platform`` for Django's own tables.
    :param extensions: PostgreSQL extensions to install into a module's schema, by module.
    :param born_fenced: serving roles may not enter the schemas yet, because the data come later.
    :raises psycopg.Error: the server refuses; nothing is half done, all runs in one transaction.
    """
    names = tuple(schemas)
    for attempt in range(ATTEMPTS):
        try:
            _provision(admin_url, schemas=names, secret=secret, extensions=extensions or {}, fenced=born_fenced)
        except (errors.InternalError_, errors.UniqueViolation, errors.DuplicateObject):
            # Roles belong to the whole server: another database on it is being provisioned at this moment.
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.1 * (attempt + 1))
        else:
            return


def _provision(
    admin_url: str, *, schemas: Iterable[str], secret: str, extensions: Mapping[str, Iterable[str]], fenced: bool
) -> None:
    with psycopg.connect(admin_url) as connection:
        # Two processes that start at once on one database wait for each other.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline provision'))")
        database = connection.info.dbname
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for schema in schemas:
            if _lives_elsewhere(connection, schema) and not fenced:
                # It has left this server: a right given back here would make two writers.
                _provision_roles(connection, schema=schema, database=database, secret=secret)
                continue
            _provision_roles(connection, schema=schema, database=database, secret=secret)
            _provision_schema(connection, schema=schema, fenced=fenced)
            for extension in extensions.get(schema, ()):
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(
                        sql.Identifier(extension), sql.Identifier(schema)
                    )
                )


def _lives_elsewhere(connection: psycopg.Connection, schema: str) -> bool:
    if connection.execute("SELECT to_regclass(%s)", [f"{SCHEMA}.route"]).fetchone() == (None,):
        return False
    row = connection.execute(READ, [schema]).fetchone()
    return row is not None and row[0] != RouteState.HERE


def _provision_roles(connection: psycopg.Connection, *, schema: str, database: str, secret: str) -> None:
    owner, serving = owner_role(schema), serving_role(schema)
    for role in (owner, serving):
        exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                sql.SQL("ALTER" if exists else "CREATE"),
                sql.Identifier(role),
                sql.Literal(role_password(role=role, secret=secret)),
            )
        )
        connection.execute(
            sql.SQL("ALTER ROLE {} SET search_path = {}").format(sql.Identifier(role), sql.Identifier(schema))
        )
    for setting, value in TIMEOUTS.items():
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} = {}").format(
                sql.Identifier(serving), sql.Identifier(setting), sql.Literal(value)
            )
        )
    if not connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()[0]:  # type: ignore[index]
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(owner)))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
            sql.Identifier(database), sql.Identifier(owner), sql.Identifier(serving)
        )
    )
    # So that it can build projections anew in a schema beside its own; it never serves.
    connection.execute(
        sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(sql.Identifier(database), sql.Identifier(owner))
    )


def _provision_schema(connection: psycopg.Connection, *, schema: str, fenced: bool) -> None:
    names = {
        "schema": sql.Identifier(schema),
        "owner": sql.Identifier(owner_role(schema)),
        "serving": sql.Identifier(serving_role(schema)),
    }
    for statement in (
        "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
        "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        *(() if fenced else ("GRANT USAGE ON SCHEMA {schema} TO {serving}",)),
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES"
        " TO {serving}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT USAGE, SELECT ON SEQUENCES TO {serving}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def provision_hosted(*, admin_url: str, secret: str, module_urls: Mapping[str, str] | None = None) -> None:
    """Provision the platform and every module that this process hosts, each on the server where it lives.

    :param module_urls: administrators' URLs of modules that live on other servers, by module.
    """
    from seamline.modules import hosted_modules

    modules = hosted_modules()
    extensions = {module.name: module.extensions for module in modules}
    homes: dict[str, list[str]] = {admin_url: [PLATFORM]}
    for module in modules:
        homes.setdefault((module_urls or {}).get(module.name, admin_url), []).append(module.name)
    for url, schemas in homes.items():
        provision(admin_url=url, schemas=schemas, secret=secret, extensions=extensions)
