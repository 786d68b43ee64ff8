"""What code made the rows of each projection, and how far the ones are that are being made anew."""

from __future__ import annotations

from django.db import migrations

PROJECTIONS = """
CREATE TABLE projection (
    name text PRIMARY KEY,
    version integer NOT NULL,
    fingerprint text NOT NULL,
    built_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    rebuilds integer NOT NULL DEFAULT 0,
    accepted_by text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT ''
);
COMMENT ON TABLE projection IS 'What code made the rows of each read model.';

CREATE TABLE projection_rebuild (
    name text PRIMARY KEY,
    version integer NOT NULL,
    fingerprint text NOT NULL,
    step text NOT NULL CHECK (step IN ('filling', 'indexing', 'comparing', 'swapping', 'dropping')),
    wanted bigint NOT NULL DEFAULT 0,
    handled bigint NOT NULL DEFAULT 0,
    seconds double precision NOT NULL DEFAULT 0,
    failed_publisher text NOT NULL DEFAULT '',
    failed_position bigint,
    error text NOT NULL DEFAULT '',
    traceback text NOT NULL DEFAULT '',
    requested_by text NOT NULL DEFAULT '',
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    updated_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE projection_rebuild IS 'Read models that are being made anew beside the live ones.';
COMMENT ON COLUMN projection_rebuild.wanted IS 'Events that there were to handle when it began; an estimate.';
COMMENT ON COLUMN projection_rebuild.seconds IS 'Time spent on those that are handled.';

CREATE TABLE projection_rebuild_share (
    name text NOT NULL REFERENCES projection_rebuild ON DELETE CASCADE,
    publisher text NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (name, publisher)
) WITH (fillfactor = 50);
COMMENT ON TABLE projection_rebuild_share IS 'How far the new rows have taken in a publisher''s log.';
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0008_move_gate")]
    operations = [
        migrations.RunSQL(
            PROJECTIONS, "DROP TABLE projection_rebuild_share; DROP TABLE projection_rebuild; DROP TABLE projection"
        )
    ]
