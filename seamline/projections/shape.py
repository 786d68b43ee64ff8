"""Tables like the live ones, made from what the server knows of them: columns, keys, constraints, indexes, rights.

They get the same names in another schema, so that handlers, migrations and the swap find what they know. Works on the
open transaction of the schema's owner. This file may not know events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db.backends.utils import CursorWrapper

from seamline.data import connection_for
from seamline.data.roles import rebuild_schema, retired_schema, schema_of, serving_role

_TABLES = """
SELECT relname, oid::bigint, relkind::text, relhastriggers AND EXISTS (
        SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal), relrowsecurity,
    coalesce(array_to_string(reloptions, ', '), '')
FROM pg_class c WHERE relnamespace = %s::regnamespace AND relname = ANY(%s) ORDER BY relname
"""
_OUTSIDE = """
SELECT conname, conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND (conrelid = ANY(%(tables)s)) <> (confrelid = ANY(%(tables)s))
"""
_VIEWS = """
SELECT DISTINCT rewrite.ev_class::regclass::text FROM pg_depend
JOIN pg_rewrite AS rewrite ON rewrite.oid = pg_depend.objid
WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = ANY(%s)
"""
_SEQUENCE_DEFAULTS = """
SELECT attrelid::regclass::text || '.' || attname FROM pg_attribute
JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE attrelid = ANY(%s) AND pg_get_expr(adbin, adrelid) LIKE 'nextval(%%'
"""
_CONSTRAINTS = """
SELECT conrelid::bigint, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = ANY(%s) AND contype IN ('p', 'u', 'x', 'f') ORDER BY contype = 'f', contype <> 'p', conname
"""
_INDEXES = """
SELECT indrelid::bigint, indisunique, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY indexrelid
"""
_RIGHTS = """
SELECT c.oid::bigint, CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
    string_agg(privilege_type, ', ')
FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl)
WHERE c.oid = ANY(%s) AND grantee <> c.relowner GROUP BY 1, 2
"""


class NotRebuildable(ValueError):
    """The tables have something that cannot be made again beside them; the text says what and what to do."""


class Shape:
    """What the server knows of some tables of a module, read in the open transaction."""

    def __init__(self, module: str, tables: Iterable[str]) -> None:
        """
        :raises NotRebuildable: the tables cannot be made again.
        """
        self._module = module
        self._quote = connection_for(module).ops.quote_name
        self.tables = tuple(tables)
        self._target = rebuild_schema(schema_of(module))
        with connection_for(module).cursor() as cursor:
            cursor.execute(_TABLES, [self._quote(schema_of(module)), list(self.tables)])
            found = {row[0]: row for row in cursor.fetchall()}
            if missing := [table for table in self.tables if table not in found]:
                raise NotRebuildable(f"{module} has no table {', '.join(missing)}; run: manage.py migrate_modules")
            self._oids = {name: row[1] for name, row in found.items()}
            self._options = {name: row[5] for name, row in found.items()}
            for name, (_, _, kind, triggers, row_security, _) in found.items():
                if kind != "r" or triggers or row_security:
                    what = "is no plain table" if kind != "r" else "has triggers or row security"
                    raise NotRebuildable(f"{name} {what}, which a rebuild would lose; fill a plain table instead.")
            self._refuse_ties(cursor)

    def create(self) -> None:
        """Make the tables with what writing needs: keys, unique indexes, checks, defaults, rights."""
        source = self._quote(schema_of(self._module))
        with connection_for(self._module).cursor() as cursor:
            for table in self.tables:
                name = self._quote(table)
                cursor.execute(
                    f"CREATE TABLE {self._qualified(table)} (LIKE {source}.{name} INCLUDING ALL EXCLUDING INDEXES)"
                )
                if self._options[table]:
                    cursor.execute(f"ALTER TABLE {self._qualified(table)} SET ({self._options[table]})")
            names = {oid: table for table, oid in self._oids.items()}
            cursor.execute(_CONSTRAINTS, [list(names)])
            here = f" REFERENCES {self._plain(schema_of(self._module))}."
            there = f" REFERENCES {self._quote(self._target)}."
            for oid, constraint, known in cursor.fetchall():
                definition = known.replace(here, there)
                cursor.execute(
                    f"ALTER TABLE {self._qualified(names[oid])} ADD CONSTRAINT {self._quote(constraint)} {definition}"
                )
            self._create_indexes(cursor, unique=True)
            cursor.execute(_RIGHTS, [list(names)])
            for oid, role, rights in cursor.fetchall():
                cursor.execute(f"GRANT {rights} ON {self._qualified(names[oid])} TO {role}")

    def create_indexes(self) -> None:
        """Make the indexes that only readers need; those that are there stay."""
        with connection_for(self._module).cursor() as cursor:
            self._create_indexes(cursor, unique=False)
            for table in self.tables:
                cursor.execute(f"ANALYZE {self._qualified(table)}")

    def _create_indexes(self, cursor: CursorWrapper, *, unique: bool) -> None:
        names = {oid: table for table, oid in self._oids.items()}
        cursor.execute(_INDEXES, [list(names)])
        for oid, is_unique, definition in cursor.fetchall():
            if is_unique is unique:
                here = f" ON {self._plain(schema_of(self._module))}.{self._plain(names[oid])} USING "
                there = f" ON {self._qualified(names[oid])} USING "
                statement = definition.replace(here, there, 1).replace(" INDEX ", " INDEX IF NOT EXISTS ", 1)
                cursor.execute(statement)

    def _qualified(self, table: str) -> str:
        return f"{self._quote(self._target)}.{self._quote(table)}"

    def _plain(self, name: str) -> str:
        """As the server writes a name in a definition: quoted where it must be."""
        with connection_for(self._module).cursor() as cursor:
            cursor.execute("SELECT quote_ident(%s)", [name])
            return str(cursor.fetchone()[0])

    def _refuse_ties(self, cursor: CursorWrapper) -> None:
        oids = list(self._oids.values())
        cursor.execute(_OUTSIDE, {"tables": oids})
        if row := cursor.fetchone():
            raise NotRebuildable(
                f"The foreign key {row[0]} ties {row[1]} to {row[2]}, which is not rebuilt with it. Keep the id alone, "
                "or name both models in the projection."
            )
        cursor.execute(_VIEWS, [oids])
        if row := cursor.fetchone():
            raise NotRebuildable(f"The view {row[0]} would go on reading the old table; drop it, or read the table.")
        cursor.execute(_SEQUENCE_DEFAULTS, [oids])
        if row := cursor.fetchone():
            raise NotRebuildable(f"{row[0]} takes its default from a sequence; make it an identity column.")


@contextmanager
def search_path(module: str, *schemas: str) -> Iterator[None]:
    """Let plain names mean tables of these schemas alone, in this block of the open transaction."""
    connection = connection_for(module)
    statement = "SELECT set_config('search_path', %s, true)"
    with connection.cursor() as cursor:
        cursor.execute(statement, [", ".join(map(connection.ops.quote_name, schemas))])
    yield  # after an error the transaction is over, and the path with it
    with connection.cursor() as cursor:
        cursor.execute(statement, [connection.ops.quote_name(schema_of(module))])


def make_schema(module: str, schema: str) -> None:
    """Make a schema beside the module's, which its serving role may use; in the owner's transaction."""
    quote = connection_for(module).ops.quote_name
    with connection_for(module).cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('seamline schemas ' || %s, 0))", [module])
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
        cursor.execute(f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(serving_role(schema_of(module)))}")


def drop_tables(module: str, schema: str, tables: Iterable[str]) -> None:
    """Drop these tables of a schema beside the module's, and the schema once it is empty; as the owner."""
    quote = connection_for(module).ops.quote_name
    with connection_for(module).cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('seamline schemas ' || %s, 0))", [module])
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema])
        if cursor.fetchone() is None:
            return
        listed = ", ".join(f"{quote(schema)}.{quote(table)}" for table in tables)
        cursor.execute(f"DROP TABLE IF EXISTS {listed}")
        cursor.execute("SELECT 1 FROM pg_class WHERE relnamespace = %s::regnamespace LIMIT 1", [quote(schema)])
        if cursor.fetchone() is None:
            cursor.execute(f"DROP SCHEMA {quote(schema)}")


def has_tables(module: str, tables: Iterable[str]) -> bool:
    """Whether all of these are there to be filled."""
    wanted = list(tables)
    with connection_for(module).cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE nspname = %s AND relname = ANY(%s)",
            [rebuild_schema(schema_of(module)), wanted],
        )
        return bool(cursor.fetchone()[0] == len(wanted))


def exchange(module: str, tables: Iterable[str]) -> None:
    """Put the new tables where the live ones are, and those aside; in the owner's transaction, which holds both."""
    quote = connection_for(module).ops.quote_name
    live = schema_of(module)
    with connection_for(module).cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {quote(live)}.{quote(table)} SET SCHEMA {quote(retired_schema(live))}")
            cursor.execute(f"ALTER TABLE {quote(rebuild_schema(live))}.{quote(table)} SET SCHEMA {quote(live)}")
