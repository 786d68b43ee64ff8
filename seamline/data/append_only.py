"""Tables that are only ever added to, for migrations. A change here reaches new databases only."""

from __future__ import annotations

from django.db.migrations import RunSQL

_SQL = """
CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{table} is append-only: % is refused.', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Add a row that corrects the earlier one.';
END $$;
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();

DO $$
DECLARE serving text := replace(current_user, '_owner', '_rw');
BEGIN
    IF serving <> current_user AND EXISTS (SELECT FROM pg_roles WHERE rolname = serving) THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM %I', serving);
    END IF;
END $$;
"""


def append_only(table: str) -> RunSQL:
    """The operation that makes a table append-only: the serving role may not change it, a trigger refuses the owner."""
    return RunSQL(
        _SQL.format(table=table), f"DROP TRIGGER {table}_append_only ON {table}; DROP FUNCTION {table}_refuse()"
    )
