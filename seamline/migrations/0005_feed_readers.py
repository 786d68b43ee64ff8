"""Who reads this log from other processes, and how far each has come."""

from __future__ import annotations

from django.db import migrations

FEED_READER = """
CREATE TABLE feed_reader (
    subscription text NOT NULL CHECK (length(subscription) BETWEEN 1 AND 200),
    partition smallint NOT NULL,
    partitions smallint NOT NULL,
    position bigint NOT NULL,
    caller text NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    forgotten_at timestamptz,
    reason text NOT NULL DEFAULT '',
    PRIMARY KEY (subscription, partition)
) WITH (fillfactor = 50);
COMMENT ON TABLE feed_reader IS 'Subscriptions of other deployables that read this log over HTTP.';
COMMENT ON COLUMN feed_reader.position IS 'It still needs what comes after; what lies up to here may go.';
COMMENT ON COLUMN feed_reader.forgotten_at IS 'An operator said that it is gone for good; it holds nothing any more.';
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0004_history")]
    operations = [migrations.RunSQL(FEED_READER, "DROP TABLE feed_reader")]
