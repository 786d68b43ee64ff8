"""The history of stock is only ever added to: the serving role may not change it, and a trigger refuses the owner."""

from __future__ import annotations

from django.db import migrations

APPEND_ONLY = """
CREATE FUNCTION stock_movement_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The history of stock is append-only: % is refused.', TG_OP
        USING ERRCODE = 'restrict_violation', HINT = 'Add a movement that corrects the earlier one.';
END $$;
CREATE TRIGGER stock_movement_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON stock_movement
    FOR EACH STATEMENT EXECUTE FUNCTION stock_movement_refuse();

DO $$
DECLARE serving text := replace(current_user, '_owner', '_rw');
BEGIN
    IF serving <> current_user AND EXISTS (SELECT FROM pg_roles WHERE rolname = serving) THEN
        EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON stock_movement FROM %I', serving);
    END IF;
END $$;
"""
UNDO = "DROP TRIGGER stock_movement_append_only ON stock_movement; DROP FUNCTION stock_movement_refuse()"


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunSQL(APPEND_ONLY, UNDO)]
