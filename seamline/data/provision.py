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

TIMEOUTS = {
    "statement_timeout": "30s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Set for every serving role, so that a stuck module cannot hang the process that hosts it."""
ATTEMPTS = 10


def provision(
    *, admin_url: str, schemas: Iterable[str], secret: str, extensions: Mapping[str, Iterable[str]] | None = None
) -> None:
    """Make, or bring up to date, the roles and the rights of these schemas.

    :param schemas: module names, and ``platform`` for Django's own tables.
    :param extensions: PostgreSQL extensions to install into a module's schema, by module.
    :raises psycopg.Error: the server refuses; nothing is half done, all runs in one transaction.
    """
    names = tuple(schemas)
    for attempt in range(ATTEMPTS):
        try:
            _provision(admin_url, schemas=names, secret=secret, extensions=extensions or {})
        except (errors.InternalError_, errors.UniqueViolation, errors.DuplicateObject):
            # Roles belong to the whole server: another database on it is being provisioned at this moment.
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(0.1 * (attempt + 1))
        else:
            return


def _provision(admin_url: str, *, schemas: Iterable[str], secret: str, extensions: Mapping[str, Iterable[str]]) -> None:
    with psycopg.connect(admin_url) as connection:
        # Two processes that start at once on one database wait for each other.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline provision'))")
        database = connection.info.dbname
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for schema in schemas:
            _provision_schema(connection, schema=schema, database=database, secret=secret)
            for extension in extensions.get(schema, ()):
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA {}").format(
                        sql.Identifier(extension), sql.Identifier(schema)
                    )
                )


def _provision_schema(connection: psycopg.Connection, *, schema: str, database: str, secret: str) -> None:
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
    names = {
        "schema": sql.Identifier(schema),
        "database": sql.Identifier(database),
        "owner": sql.Identifier(owner),
        "serving": sql.Identifier(serving),
    }
    for statement in (
        "GRANT CONNECT ON DATABASE {database} TO {owner}, {serving}",
        "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
        "REVOKE ALL ON SCHEMA {schema} FROM PUBLIC",
        "GRANT USAGE ON SCHEMA {schema} TO {serving}",
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
