"""PostgreSQL itself keeps the modules apart: every pair of schemas is tried with the real serving roles."""

from __future__ import annotations

import itertools

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from seamline.data.migration import as_owner
from seamline.data.roles import schema_of

pytestmark = pytest.mark.usefixtures("database")
ALIASES = tuple(settings.DATABASES)
TRIES = (
    "SELECT count(*) FROM {schema}.{table}",
    "INSERT INTO {schema}.{table} DEFAULT VALUES",
    "UPDATE {schema}.{table} SET {column} = {column}",
    "DELETE FROM {schema}.{table}",
    "CREATE TABLE {schema}.planted (id int)",
)


def a_table_of(alias: str) -> tuple[str, str]:
    with connections[alias].cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s "
            "AND table_name <> 'event_log' ORDER BY 1, 2 LIMIT 1",
            [schema_of(alias)],
        )
        table, column = cursor.fetchone()
        return table, column


@pytest.mark.parametrize(("alias", "neighbour"), list(itertools.permutations(ALIASES, 2)))
def test_serving_role_is_refused_on_every_neighbour_schema(alias: str, neighbour: str) -> None:
    table, column = a_table_of(neighbour)
    for statement in TRIES:
        sql = statement.format(schema=schema_of(neighbour), table=table, column=column)
        with connections[alias].cursor() as cursor, pytest.raises(Exception, match="permission denied") as caught:
            cursor.execute(sql)
        assert isinstance(caught.value.__cause__, psycopg.errors.InsufficientPrivilege), sql


@pytest.mark.parametrize("alias", ALIASES)
def test_serving_role_reads_its_own_schema_but_owns_and_makes_nothing(alias: str) -> None:
    table, _ = a_table_of(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
        with pytest.raises(Exception, match="permission denied"):
            cursor.execute("CREATE TABLE planted (id int)")
        cursor.execute("SELECT current_schemas(false)")
        assert cursor.fetchone() == ([schema_of(alias)],)


@pytest.mark.parametrize("alias", ALIASES)
def test_owner_role_is_refused_on_every_neighbour_schema(alias: str) -> None:
    with as_owner(alias), connections[alias].cursor() as cursor:
        for neighbour in ALIASES:
            if neighbour != alias:
                with pytest.raises(Exception, match="permission denied"):
                    cursor.execute(f"CREATE TABLE {schema_of(neighbour)}.planted (id int)")


@pytest.mark.parametrize("alias", ALIASES)
def test_serving_role_has_time_limits(alias: str) -> None:
    with connections[alias].cursor() as cursor:
        for setting in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute("SELECT current_setting(%s)", [setting])
            assert cursor.fetchone() != ("0",), setting


def test_each_schema_has_its_own_migration_record_and_tables() -> None:
    for alias in ALIASES:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT DISTINCT app FROM django_migrations")
            applied = {row[0] for row in cursor.fetchall()}
            tables = set(connections[alias].introspection.table_names(cursor))
        if alias == "default":
            assert "auth_user" in tables
            assert "event_log" not in tables
        else:
            assert applied <= {alias, "seamline"}
            assert "event_log" in tables
            assert "auth_user" not in tables
