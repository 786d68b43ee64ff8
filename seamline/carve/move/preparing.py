"""Everything before the fence: roles, an equal schema at the target, pointers, and replication both ways.

Each step looks at the two servers first and does what is missing, so that a carve that was killed is resumed by doing
them again. Nothing here stops anybody from writing. This file may not fence or flip.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from typing import Any

import psycopg
from psycopg import errors, sql
from psycopg.conninfo import conninfo_to_dict
from psycopg.types.json import Jsonb

from seamline.carve.move.errors import MoveRefused
from seamline.carve.move.servers import Move, Server, subscription_name
from seamline.carve.move.tables import fingerprint, tables_of
from seamline.data.places import Place
from seamline.data.provision import provision
from seamline.data.roles import serving_role
from seamline.data.route import CREATE, GATE, SCHEMA, RouteState, grants
from seamline.embedded.account import Account
from seamline.embedded.binaries import find_binaries

_ROUTE = f"SELECT state, epoch, host, port, dbname FROM {SCHEMA}.route WHERE module = %s"  # noqa: S608 - constant
_WRITE_ROUTE = f"""
INSERT INTO {SCHEMA}.route
    (module, state, epoch, host, port, dbname, options, own_host, own_port, own_dbname, own_options)
VALUES (%(module)s, %(state)s, %(epoch)s, %(host)s, %(port)s, %(dbname)s, %(options)s,
    %(own_host)s, %(own_port)s, %(own_dbname)s, %(own_options)s)
ON CONFLICT (module) DO UPDATE SET state = EXCLUDED.state, epoch = EXCLUDED.epoch, host = EXCLUDED.host,
    port = EXCLUDED.port, dbname = EXCLUDED.dbname, options = EXCLUDED.options, own_host = EXCLUDED.own_host,
    own_port = EXCLUDED.own_port, own_dbname = EXCLUDED.own_dbname, own_options = EXCLUDED.own_options,
    changed_at = clock_timestamp()
"""  # noqa: S608 - constants
_GUARD = """
CREATE OR REPLACE FUNCTION {schema}.{function}() RETURNS event_trigger LANGUAGE plpgsql AS $body$
BEGIN
    IF EXISTS (
        SELECT FROM pg_event_trigger_ddl_commands() WHERE schema_name = {module} AND NOT in_extension
            AND command_tag NOT IN ('GRANT', 'REVOKE', 'ANALYZE', 'COMMENT')
    ) THEN
        RAISE EXCEPTION 'The schema of % cannot be changed while its data are being moved.', {module}
            USING HINT = 'Finish the move with manage.py carve finalise or rollback, then migrate.';
    END IF;
END $body$
"""


def prepare_pointers(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> int:
    """Roles and pointers on both servers; the target is told that the data are elsewhere.

    :returns: the epoch in which the source has the data.
    :raises MoveRefused: the source has not got them, or the target has.
    """
    for connection in (source, target):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline carve'))")
            connection.execute(CREATE)
    found = source.execute(_ROUTE, [move.module]).fetchone()
    if found is None:
        _write_route(source, move, state=RouteState.HERE, epoch=1, at=move.source, own=move.source)
        epoch = 1
    elif found[0] != RouteState.HERE:
        raise MoveRefused(
            f"The data of {move.module!r} are not at {move.source.place} but at {found[2]}:{found[3]}/{found[4]}: "
            "start from there."
        )
    else:
        epoch = found[1]
        # The address may be another one now than when it was written.
        _write_route(source, move, state=RouteState.HERE, epoch=epoch, at=move.source, own=move.source)
    known = target.execute(_ROUTE, [move.module]).fetchone()
    if known is not None and known[1] > epoch:
        raise MoveRefused(
            f"{move.target.place} knows a later epoch of {move.module!r} ({known[1]}) than {move.source.place} "
            f"({epoch}): one of the two was restored from a backup. Find out which has the newest data."
        )
    if known is None or known[:2] != (RouteState.PREPARED, epoch):
        _write_route(target, move, state=RouteState.ELSEWHERE, epoch=epoch, at=move.source, own=move.target)
    return epoch


def prepare_schema(
    move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any], *, extensions: Iterable[str]
) -> bool:
    """An equal, empty, fenced schema at the target; whether it had to be made.

    :raises MoveRefused: the target has a schema of this name that this move has not made, or pg_dump refuses.
    """
    if _replicates(target, move.subscription) or _replicates(source, move.reversed().subscription):
        return False
    existing = tables_of(target, move.module)
    if (
        existing
        and any(
            target.execute(
                sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(move.module, table))
            ).fetchone()
            == (True,)
            for table in existing
            if table != "django_migrations"
        )
        and not _was_made_here(target, move.module)
    ):
        raise MoveRefused(
            f"{move.target.place} has a schema {move.module!r} with rows in it that no move has put there: drop it, or "
            "give another database."
        )
    dump = _dump(move.source, schema=move.module)
    with target.transaction():
        target.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(move.module)))
    provision(
        admin_url=move.target.url,
        schemas=[move.module],
        secret=move.secret,
        extensions={move.module: tuple(extensions)},
        born_fenced=True,
    )
    with target.transaction():
        target.execute(f"SET LOCAL search_path = ''; {dump}")
        target.execute(
            sql.SQL("REVOKE USAGE ON SCHEMA {} FROM {}").format(
                sql.Identifier(move.module), sql.Identifier(serving_role(move.module))
            )
        )
        target.execute(
            sql.SQL("COMMENT ON SCHEMA {} IS {}").format(
                sql.Identifier(move.module), sql.Literal("Made by manage.py carve.")
            )
        )
    target.execute("SET search_path TO DEFAULT")
    return True


def prepare_roles(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    """The role that reads one server for the other, on both: the schema to be copied may name it already."""
    for connection in (source, target):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline carve'))")
            exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [move.copying_role]).fetchone()
            connection.execute(
                sql.SQL(("ALTER" if exists else "CREATE") + " ROLE {} LOGIN REPLICATION PASSWORD {}").format(
                    sql.Identifier(move.copying_role), sql.Literal(move.copying_password)
                )
            )


def prepare_grants(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any]) -> None:
    """Let the serving role read the pointer, and a role of its own read the rows for the other server."""
    for connection in (source, target):
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(hashtext('seamline carve'))")
            connection.execute(grants(move.module))
            names = {
                "role": sql.Identifier(move.copying_role),
                "schema": sql.Identifier(move.module),
                "own": sql.Identifier(SCHEMA),
                "marker": sql.Identifier(SCHEMA, move.marker),
                "database": sql.Identifier(connection.info.dbname),
            }
            for statement in (
                "CREATE TABLE IF NOT EXISTS {marker} (id bigint PRIMARY KEY)",
                "GRANT CONNECT ON DATABASE {database} TO {role}",
                "GRANT USAGE ON SCHEMA {schema}, {own} TO {role}",
                "GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}",
                "GRANT SELECT ON {marker} TO {role}",
            ):
                connection.execute(sql.SQL(statement).format(**names))


def guard_schema(move: Move, connection: psycopg.Connection[Any]) -> bool:
    """Refuse changes of the schema while a move is on; False where the administrator may not (no superuser)."""
    names = {
        "schema": sql.Identifier(SCHEMA),
        "function": sql.Identifier(f"guard_{move.module}"),
        "trigger": sql.Identifier(f"seamline_carve_{move.module}"),
        "module": sql.Literal(move.module),
    }
    try:
        with connection.transaction():
            connection.execute(sql.SQL(_GUARD).format(**names))
            connection.execute(sql.SQL("DROP EVENT TRIGGER IF EXISTS {trigger}").format(**names))
            connection.execute(
                sql.SQL(
                    "CREATE EVENT TRIGGER {trigger} ON ddl_command_end EXECUTE FUNCTION {schema}.{function}()"
                ).format(**names)
            )
    except errors.InsufficientPrivilege:
        return False
    return True


def publish(move: Move, connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Publish the schema's tables and the marker, each by name: a table that comes later must not wedge the target."""
    tables = tables_of(connection, move.module)
    listed = sql.SQL(", ").join(
        [
            *(sql.Identifier(move.module, table) for table in tables if table != GATE),
            sql.Identifier(SCHEMA, move.marker),
        ]
    )
    exists = connection.execute("SELECT 1 FROM pg_publication WHERE pubname = %s", [move.publication]).fetchone()
    template = "ALTER PUBLICATION {} SET TABLE {}" if exists else "CREATE PUBLICATION {} FOR TABLE {}"
    connection.execute(sql.SQL(template).format(sql.Identifier(move.publication), listed))
    return tables


def subscribe(move: Move, source: psycopg.Connection[Any], target: psycopg.Connection[Any], *, copy: bool) -> bool:
    """Have the target take in what the source publishes; whether that was not so before.

    The slot is made apart from the subscription, as two databases of one cluster would wait for each other.
    """
    if _replicates(target, move.subscription):
        return False
    slot = source.execute(
        "SELECT active FROM pg_replication_slots WHERE slot_name = %s", [move.subscription]
    ).fetchone()
    if slot is not None:
        source.execute("SELECT pg_drop_replication_slot(%s)", [move.subscription])
    source.execute("SELECT pg_create_logical_replication_slot(%s, 'pgoutput')", [move.subscription])
    target.execute(
        sql.SQL(
            "CREATE SUBSCRIPTION {name} CONNECTION {conninfo} PUBLICATION {publication} "
            "WITH (copy_data = {copy}, create_slot = false, slot_name = {slot}, origin = none, binary = true)"
        ).format(
            name=sql.Identifier(move.subscription),
            conninfo=sql.Literal(move.source_conninfo()),
            publication=sql.Identifier(move.publication),
            copy=sql.Literal(copy),
            slot=sql.Literal(move.subscription),
        )
    )
    return True


def _replicates(connection: psycopg.Connection[Any], name: str) -> bool:
    found = connection.execute(
        "SELECT FROM pg_subscription WHERE subname = %s AND subdbid = "
        "(SELECT oid FROM pg_database WHERE datname = current_database())",
        [name],
    ).fetchone()
    return found is not None


def _was_made_here(connection: psycopg.Connection[Any], schema: str) -> bool:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s", [schema]
    ).fetchone()
    state = connection.execute(_ROUTE, [schema]).fetchone()
    made = row is not None and "manage.py carve" in (row[0] or "")
    return made and (state is None or state[0] != RouteState.HERE)


def _write_route(
    connection: psycopg.Connection[Any], move: Move, *, state: RouteState, epoch: int, at: Server, own: Server
) -> None:
    connection.execute(
        _WRITE_ROUTE,
        {
            "module": move.module,
            "state": state.value,
            "epoch": epoch,
            **_address("", at.place),
            **_address("own_", own.place),
        },
    )


def _address(prefix: str, place: Place) -> dict[str, Any]:
    return {
        f"{prefix}host": place.host,
        f"{prefix}port": place.port,
        f"{prefix}dbname": place.dbname,
        f"{prefix}options": Jsonb(place.options),
    }


def _dump(server: Server, *, schema: str) -> str:
    """The statements that make the schema, without rows, publications and psql's own commands."""
    program = find_binaries(Account()).program("pg_dump")
    command = [
        program,
        "--schema-only",
        f"--schema={schema}",
        "--no-publications",
        "--no-subscriptions",
        "--no-password",
    ]
    place = server.place
    parts = conninfo_to_dict(server.url)
    command += [f"--host={place.host}", f"--port={place.port}", f"--dbname={place.dbname}"]
    if parts.get("user"):
        command.append(f"--username={parts['user']}")
    # The password goes by the environment: arguments can be read by everybody on the machine.
    environment = {"PGPASSWORD": str(parts.get("password") or ""), "PATH": "/usr/bin:/bin"} | {
        f"PG{name.upper()}": value for name, value in place.options.items() if name.startswith("ssl")
    }
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=120)
    except subprocess.CalledProcessError as error:
        raise MoveRefused(f"pg_dump cannot read the schema {schema!r}: {error.stderr.strip()[:500]}") from error
    lines = [line for line in done.stdout.splitlines() if not line.startswith("\\")]
    return re.sub(r"^CREATE SCHEMA ", "CREATE SCHEMA IF NOT EXISTS ", "\n".join(lines), flags=re.MULTILINE)


__all__ = [
    "fingerprint",
    "guard_schema",
    "prepare_grants",
    "prepare_pointers",
    "prepare_roles",
    "prepare_schema",
    "publish",
    "subscribe",
    "subscription_name",
]
