"""States of streams that are kept so that reading begins there, and the keys of persons whose data are sealed."""

from __future__ import annotations

from django.db import migrations

SNAPSHOT = """
CREATE TABLE snapshot (
    stream text PRIMARY KEY,
    version integer NOT NULL,
    code text NOT NULL,
    state jsonb NOT NULL,
    hash bytea NOT NULL,
    taken_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE snapshot IS 'States of event-sourced streams, made from their events: may be deleted at any time.';
COMMENT ON COLUMN snapshot.code IS 'Digest of the code that made the state; no other code uses it.';
COMMENT ON COLUMN snapshot.hash IS 'Of the event at this version: where the log has another, the state is not used.';

CREATE TABLE subject_key (
    subject text PRIMARY KEY,
    key bytea,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    forgotten_at timestamptz,
    forgotten_by text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    CONSTRAINT subject_key_gone_when_forgotten CHECK ((key IS NULL) = (forgotten_at IS NOT NULL))
);
COMMENT ON TABLE subject_key IS 'One key a person; without it what is sealed in events cannot be read by anybody.';
"""


class Migration(migrations.Migration):
    dependencies = [("seamline", "0009_projections")]
    operations = [migrations.RunSQL(SNAPSHOT, "DROP TABLE subject_key; DROP TABLE snapshot")]
