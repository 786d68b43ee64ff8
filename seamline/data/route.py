"""The forwarding pointer: on each server that has or had a module's data, where they are. Statements and their rows.

It stands in a schema of its own, so that it can be read by a role that has lost its rights on the data. It is written
in the same commit as the fence. This file may not decide when data move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from psycopg import sql

from seamline.data.places import Place
from seamline.data.roles import serving_role

SCHEMA = "seamline_carve"
GATE = "move_gate"
"""An empty table in each module's schema: every transaction takes a lock on it first, and a fence waits for all."""


class RouteState(StrEnum):
    """What a server knows of a module's data."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    PREPARED = "prepared"
    """Elsewhere still; they will be here as soon as the server that has them says so in the next epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """One server's row about one module: ``place`` is where it says that the data are, with their epoch."""

    state: RouteState
    place: Place


READ = f"SELECT state, epoch, host, port, dbname, options::text FROM {SCHEMA}.route WHERE module = %s"  # noqa: S608
ACCEPT = f"SELECT {SCHEMA}.accept(%s, %s)"

CREATE = f"""
CREATE SCHEMA IF NOT EXISTS {SCHEMA};
CREATE TABLE IF NOT EXISTS {SCHEMA}.route (
    module text PRIMARY KEY,
    state text NOT NULL CHECK (state IN ('here', 'elsewhere', 'prepared')),
    epoch bigint NOT NULL,
    host text NOT NULL,
    port integer NOT NULL,
    dbname text NOT NULL,
    options jsonb NOT NULL DEFAULT '{{}}',
    own_host text NOT NULL,
    own_port integer NOT NULL,
    own_dbname text NOT NULL,
    own_options jsonb NOT NULL DEFAULT '{{}}',
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE OR REPLACE FUNCTION {SCHEMA}.accept(wanted text, next_epoch bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $body$
BEGIN
    IF session_user <> wanted || '_rw' AND NOT pg_has_role(session_user, wanted || '_owner', 'MEMBER') THEN
        RAISE EXCEPTION '% may not accept the data of %', session_user, wanted USING ERRCODE = '42501';
    END IF;
    UPDATE {SCHEMA}.route
    SET state = 'here', epoch = next_epoch, host = own_host, port = own_port, dbname = own_dbname,
        options = own_options, changed_at = clock_timestamp()
    WHERE module = wanted AND state = 'prepared' AND epoch = next_epoch - 1;
    IF NOT FOUND THEN
        RETURN EXISTS (SELECT FROM {SCHEMA}.route WHERE module = wanted AND state = 'here' AND epoch >= next_epoch);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', wanted, wanted || '_rw');
    RETURN true;
END $body$;
REVOKE ALL ON FUNCTION {SCHEMA}.accept(text, bigint) FROM PUBLIC;
COMMENT ON SCHEMA {SCHEMA} IS 'Where modules'' data are that have moved, or are about to. Written by manage.py carve.';
"""  # noqa: S608 - constants only


def grants(module: str) -> sql.Composed:
    """What the module's serving role needs to read the pointer and to complete a move that was decided."""
    return sql.SQL(
        f"GRANT USAGE ON SCHEMA {SCHEMA} TO {{role}}; GRANT SELECT ON {SCHEMA}.route TO {{role}}; "
        f"GRANT EXECUTE ON FUNCTION {SCHEMA}.accept(text, bigint) TO {{role}}"
    ).format(role=sql.Identifier(serving_role(module)))


def pointer_of(row: Sequence[Any]) -> Pointer:
    """The value of a row of ``READ``."""
    state, epoch, host, port, dbname, options = row
    return Pointer(
        state=RouteState(state),
        place=Place(
            host=host, port=port, dbname=dbname, epoch=epoch, options=msgspec.json.decode(options, type=dict[str, str])
        ),
    )
