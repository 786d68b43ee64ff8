"""Archived ranges of the log, and replays. A row may leave the log only when a verified file holds it."""

from __future__ import annotations

from django.db import migrations

from seamline.data.append_only import append_only

ARCHIVED_RANGE = """
CREATE TABLE archived_range (
    first bigint PRIMARY KEY,
    last bigint NOT NULL UNIQUE,
    events integer NOT NULL,
    file text NOT NULL UNIQUE,
    sha256 text NOT NULL CHECK (length(sha256) = 64),
    bytes bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    archived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT archived_range_not_empty CHECK (first BETWEEN 1 AND last AND events > 0)
);
COMMENT ON TABLE archived_range IS 'Ranges of the event log that lie in files, read back and verified. Without gaps from 1.';
COMMENT ON COLUMN archived_range.file IS 'Below the directory of the archive.';
COMMENT ON COLUMN archived_range.sha256 IS 'Of the whole file.';
COMMENT ON COLUMN archived_range.last_at IS 'The latest time of an event in it; not always that of the last one.';

CREATE FUNCTION archived_range_fits() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE expected bigint; logged bigint;
BEGIN
    SELECT coalesce(max(last), 0) + 1 INTO expected FROM archived_range;
    SELECT count(*) INTO logged FROM event_log WHERE position BETWEEN NEW.first AND NEW.last;
    IF NEW.first <> expected OR NEW.events <> logged THEN
        RAISE EXCEPTION 'The range % to % with % events does not fit: the next one begins at %, and the log has % events there.',
            NEW.first, NEW.last, NEW.events, expected, logged USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER archived_range_fits BEFORE INSERT ON archived_range FOR EACH ROW EXECUTE FUNCTION archived_range_fits();

DO $$
DECLARE serving text := replace(current_user, '_owner', '_rw');
BEGIN
    IF serving <> current_user AND EXISTS (SELECT FROM pg_roles WHERE rolname = serving) THEN
        EXECUTE format('REVOKE INSERT ON archived_range FROM %I', serving);
    END IF;
END $$;
"""

# A statement at a time: a check for each row would cost more than the deletion.
DELETE_WHAT_IS_ARCHIVED = """
DROP TRIGGER event_log_append_only ON event_log;
CREATE TRIGGER event_log_append_only BEFORE UPDATE OR TRUNCATE ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse();
CREATE FUNCTION event_log_refuse_unarchived() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE refused bigint;
BEGIN
    SELECT min(position) INTO refused FROM deleted
    WHERE stream IS NOT NULL OR position > (SELECT coalesce(max(last), 0) FROM archived_range);
    IF refused IS NOT NULL THEN
        RAISE EXCEPTION 'event_log is append-only: DELETE of position % is refused.', refused
            USING ERRCODE = 'restrict_violation',
            HINT = 'Only events outside of streams that lie in a verified archive may leave: manage.py events archive.';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER event_log_delete_archived AFTER DELETE ON event_log REFERENCING OLD TABLE AS deleted
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse_unarchived();
"""
UNDO_DELETE = """
DROP TRIGGER event_log_delete_archived ON event_log;
DROP FUNCTION event_log_refuse_unarchived();
DROP TRIGGER event_log_append_only ON event_log;
CREATE TRIGGER event_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event_log
    FOR EACH STATEMENT EXECUTE FUNCTION event_log_refuse();
"""

REPLAY = """
CREATE SEQUENCE replay_id;
CREATE TABLE replay (
    id text NOT NULL,
    publisher text NOT NULL,
    partition smallint NOT NULL,
    partitions smallint NOT NULL,
    subscription text NOT NULL,
    handler text NOT NULL,
    key text,
    started_after bigint NOT NULL,
    position bigint NOT NULL,
    until bigint NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'failed', 'completed', 'cancelled')),
    handled bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    failed_position bigint,
    error text NOT NULL DEFAULT '',
    traceback text NOT NULL DEFAULT '',
    requested_by text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    finished_at timestamptz,
    PRIMARY KEY (id, publisher, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE replay IS 'Old events that a subscription''s handler is given again, beside the live delivery.';
COMMENT ON COLUMN replay.position IS 'All up to here is handled again; moves in the commit of the effects.';
COMMENT ON COLUMN replay.until IS 'The last one to be handled again: never beyond what was delivered live at the start.';
COMMENT ON COLUMN replay.skipped IS 'Events that the subscription has put aside: their turn is not over.';
CREATE INDEX replay_unfinished ON replay (publisher, position) WHERE status IN ('running', 'failed');
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0003_partitions")]
    operations = [
        migrations.RunSQL(ARCHIVED_RANGE, "DROP TABLE archived_range; DROP FUNCTION archived_range_fits()"),
        append_only("archived_range"),
        migrations.RunSQL(DELETE_WHAT_IS_ARCHIVED, UNDO_DELETE),
        migrations.RunSQL(REPLAY, "DROP TABLE replay; DROP SEQUENCE replay_id"),
    ]
