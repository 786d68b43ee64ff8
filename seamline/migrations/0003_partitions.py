"""Checkpoints for each partition of a subscription, with its counters."""

from __future__ import annotations

from django.db import migrations

PARTITIONS = """
ALTER TABLE checkpoint
    ADD COLUMN partitions smallint NOT NULL DEFAULT 1,
    ADD COLUMN handled bigint NOT NULL DEFAULT 0,
    ADD COLUMN failures bigint NOT NULL DEFAULT 0,
    ADD COLUMN rate double precision NOT NULL DEFAULT 0;
COMMENT ON COLUMN checkpoint.partitions IS 'Into how many the keys are divided; the same in all rows of one subscription.';
COMMENT ON COLUMN checkpoint.lease_owner IS 'Who is in the middle of a backlog; others leave the partition alone until it expires.';
COMMENT ON COLUMN checkpoint.handled IS 'Events dealt with since the row was made.';
COMMENT ON COLUMN checkpoint.failures IS 'Failed attempts since the row was made.';
COMMENT ON COLUMN checkpoint.rate IS 'Events a second at updated_at, averaged with a decay of a minute.';
"""

UNDO = "ALTER TABLE checkpoint DROP partitions, DROP handled, DROP failures, DROP rate"


class Migration(migrations.Migration):
    dependencies = [("seamline", "0002_sagas")]
    operations = [migrations.RunSQL(PARTITIONS, UNDO)]
